import { conditionTypes, type MediaNode, type MediaNodePool } from '../../../crds/index.ts'

/**
 * Why a pool that requires reachability does not let a node take work; undefined where it does. What counts is the condition in status,
 * which all replicas see, and which outlives them.
 */
export function gateOf({ status }: MediaNode, pool: MediaNodePool | undefined): string | undefined {
  if (pool?.spec.network.requireReachable !== true) return undefined
  const condition = status?.conditions?.find(({ type }) => type === conditionTypes.reachable)
  if (condition?.status === 'True') return undefined
  return `its pool requires that it can be reached: ${condition?.message ?? 'not tried yet'}`
}
