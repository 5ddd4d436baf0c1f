import type { KubeObject } from './objects.ts'

/** One condition of a Pod. */
export interface PodCondition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime?: string
}

/** What one container does: exactly one member is there. */
export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string }
  readonly running?: { readonly startedAt?: string }
  readonly terminated?: { readonly exitCode: number; readonly reason?: string; readonly message?: string }
}

/** The kubelet's word on one container. */
export interface ContainerStatus {
  readonly name: string
  readonly ready: boolean
  readonly restartCount: number
  readonly state?: ContainerState
  readonly lastState?: ContainerState
}

/** A core/v1 Pod, as far as the operator reads it. */
export interface Pod extends KubeObject {
  readonly spec: { readonly nodeName?: string }
  readonly status?: {
    readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'
    readonly reason?: string
    readonly message?: string
    readonly podIP?: string
    readonly conditions?: readonly PodCondition[]
    readonly containerStatuses?: readonly ContainerStatus[]
  }
}

/** A Pod as the operator makes it: what stands in its spec is the template's business. */
export interface PodDraft {
  readonly metadata: object
  readonly spec: object
}

/** A core/v1 Node, as far as the operator reads it. */
export interface KubeNode extends KubeObject {
  readonly spec?: {
    readonly unschedulable?: boolean
    readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[]
  }
  readonly status?: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] }
}

/** A policy/v1 PodDisruptionBudget, as far as the operator writes it. */
export interface PodDisruptionBudget extends KubeObject {
  readonly spec: {
    readonly minAvailable: number
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> }
    readonly unhealthyPodEvictionPolicy: 'AlwaysAllow' | 'IfHealthyBudget'
  }
}

type Raw = Readonly<Record<string, unknown>>

/** Those of `members` that a part of an object has. */
function picked(value: unknown, members: readonly string[]): Raw {
  const raw = (value ?? {}) as Raw
  return Object.fromEntries(members.filter((member) => raw[member] !== undefined).map((member) => [member, raw[member]]))
}

/** Of a Pod, where it runs and what its kubelet says: a tenth of it. */
export function keptOfPod(raw: object): Pick<Pod, 'spec' | 'status'> {
  const { spec, status: said } = raw as Record<string, unknown>
  const status = picked(said, ['phase', 'reason', 'message', 'podIP', 'conditions', 'containerStatuses'])
  return { spec: picked(spec, ['nodeName']), status }
}

/** Of a Node, whether it takes Pods and where it is reached: not its images, of which there may be hundreds. */
export function keptOfNode(raw: object): Pick<KubeNode, 'spec' | 'status'> {
  const { spec, status } = raw as Record<string, unknown>
  return { spec: picked(spec, ['unschedulable', 'taints']), status: picked(status, ['addresses']) }
}
