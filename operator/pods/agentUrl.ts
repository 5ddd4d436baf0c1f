import type { MediaNode } from '../../crds/index.ts'
import type { Pod } from '../kube/core.ts'
import { isOwnedBy } from './owned.ts'

/** Port of the agent's API in every media Pod. */
export const agentPort = 7710

/** Whether a Pod is the media node's own, and not one of a node that had its name before. */
export const isPodOf = (pod: Pod, node: MediaNode): boolean => isOwnedBy(pod, node)

/**
 * Where a media node's agent is reached: at the address that it was registered by, else at its Pod's. Undefined while its Pod has no
 * address, and when it is over.
 */
export function agentUrlOf(node: MediaNode, pod: Pod | undefined): string | undefined {
  if (node.spec.address !== undefined) return node.spec.address
  if (pod === undefined || !isPodOf(pod, node)) return undefined
  const { podIP, phase } = pod.status ?? {}
  if (podIP === undefined || podIP === '' || phase === 'Failed' || phase === 'Succeeded') return undefined
  return `http://${podIP.includes(':') ? `[${podIP}]` : podIP}:${agentPort}`
}
