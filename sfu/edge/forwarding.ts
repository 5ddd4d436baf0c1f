import { compareFences, type Fence, type SegmentRole } from '../api/order.ts'

/**
 * Whether what came from one side goes on to another: rosters, media and wants follow the one rule, so that in any cascade each node
 * hears of each other exactly once. Own people go everywhere; a core passes all to its leaves, and its leaves' people to other cores.
 */
export function forwards(hop: { self: SegmentRole; from: SegmentRole | 'own'; to: SegmentRole }): boolean {
  if (hop.from === 'own') return true
  if (hop.self === 'leaf') return false
  return hop.to === 'leaf' || hop.from === 'leaf'
}

/**
 * Whether a node that showed a valid peer token is let in. One that our order names always is; one that it does not name is, too, unless
 * it speaks for an order that is no newer than ours: then it was taken away. A segment without an order (0/0) takes all, and is taken.
 */
export function letsIn(ours: { fence: Fence; ordered: boolean }, theirs: Fence): boolean {
  const unordered = (fence: Fence): boolean => fence.epoch === 0 && fence.generation === 0
  if (ours.ordered || unordered(ours.fence) || unordered(theirs)) return true
  return compareFences(theirs, ours.fence) > 0
}
