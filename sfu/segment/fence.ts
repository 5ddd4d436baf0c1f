import { compareFences, type Fence, type SegmentOrder } from '../api/order.ts'

/** What to do with an order, and why not where it is refused. */
export type OrderVerdict =
  | { readonly verdict: 'take' }
  /** The same order again; only its peer tokens may be newer. */
  | { readonly verdict: 'again' }
  | { readonly verdict: 'stale' | 'conflict'; readonly fence: Fence }

/** The plan of an order without its credentials: a repeated order may carry tokens that were signed anew. */
function planOf(order: SegmentOrder): string {
  const { epoch, generation, role, region, limits, adopts } = order
  const peers = order.peers
    .toSorted((a, b) => (a.node < b.node ? -1 : 1))
    .map(({ node, url, role: peerRole, leaving = false }) => [node, url, peerRole, leaving])
  return JSON.stringify({ epoch, generation, role, region, limits, adopts, peers })
}

/**
 * Judges an order by its fence (one owner, fenced). Older than what the segment took, or of an epoch below the highest that this
 * node took from any leader for any meeting: stale. The same pair with another plan: conflict.
 */
export function judgeOrder(taken: SegmentOrder | undefined, order: SegmentOrder, highestEpoch: number): OrderVerdict {
  if (order.epoch < highestEpoch) return { verdict: 'stale', fence: { epoch: highestEpoch, generation: taken?.generation ?? 0 } }
  if (!taken) return { verdict: 'take' }
  const { epoch, generation } = taken
  const compared = compareFences(order, taken)
  if (compared > 0) return { verdict: 'take' }
  if (compared < 0) return { verdict: 'stale', fence: { epoch, generation } }
  return planOf(order) === planOf(taken) ? { verdict: 'again' } : { verdict: 'conflict', fence: { epoch, generation } }
}

/** Judges a deletion: its fence must be at least as new as the segment's. */
export function judgeDeletion(taken: Fence, deletion: Fence, highestEpoch: number): OrderVerdict {
  if (deletion.epoch < highestEpoch) return { verdict: 'stale', fence: { epoch: highestEpoch, generation: taken.generation } }
  return compareFences(deletion, taken) < 0 ? { verdict: 'stale', fence: taken } : { verdict: 'take' }
}
