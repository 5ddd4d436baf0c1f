import type { KubeNode } from '../kube/core.ts'

/** Why a Kubernetes Node is to be left. */
export interface Leaving {
  readonly reason: string
  readonly message: string
}

/**
 * Taints that say that a Kubernetes Node is about to go, by who sets them: kubectl and the node controller, the cluster autoscaler
 * (not its DeletionCandidate, which often comes to nothing), Karpenter (v1 and before), cloud controllers, AWS' termination
 * handler, GKE.
 */
const leavingTaints: readonly { readonly key: RegExp; readonly reason: string }[] = [
  { key: /^node\.kubernetes\.io\/unschedulable$/, reason: 'Unschedulable' },
  { key: /^ToBeDeletedByClusterAutoscaler$/, reason: 'ScaledDown' },
  { key: /^karpenter\.sh\/(disrupted|disruption)$/, reason: 'Disrupted' },
  { key: /^node\.cloudprovider\.kubernetes\.io\/shutdown$/, reason: 'ShutDown' },
  { key: /^node\.kubernetes\.io\/out-of-service$/, reason: 'OutOfService' },
  { key: /^aws-node-termination-handler\//, reason: 'Terminated' },
  { key: /^cloud\.google\.com\/impending-node-termination$/, reason: 'Terminated' },
]

/** Why Pods are to leave a Kubernetes Node; undefined where they may stay, and where the Node is not known: unknown is not gone. */
export function leavingOf(host: KubeNode | undefined): Leaving | undefined {
  if (host === undefined) return undefined
  const { name } = host.metadata
  if (host.spec?.unschedulable) return { reason: 'Unschedulable', message: `its Kubernetes Node ${name} is cordoned` }
  for (const { key, effect } of host.spec?.taints ?? []) {
    const reason = effect === 'PreferNoSchedule' ? undefined : leavingTaints.find((taint) => taint.key.test(key))?.reason
    if (reason !== undefined) return { reason, message: `its Kubernetes Node ${name} has the taint ${key}` }
  }
  return undefined
}
