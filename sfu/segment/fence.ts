import { assertNever, type CodedError } from '../../kit/errors.ts'
import { sfuErrors } from '../api/errors.ts'
import { compareFences, type Fence, type SegmentOrder } from '../api/order.ts'
import type { Term } from '../api/term.ts'

/** Why an order is refused for its term: a later one was followed, or another operator in the same. */
export type TermRefusal =
  { readonly verdict: 'stale'; readonly fence: Fence } | { readonly verdict: 'shared'; readonly followed: Term }

/** Why an order is not taken: for its term, or since the same pair says something else. */
export type OrderRefusal = TermRefusal | { readonly verdict: 'conflict'; readonly fence: Fence }

/** What to do with an order. */
export type OrderVerdict =
  | { readonly verdict: 'take' }
  /** The same order again; only its peer tokens may be newer. */
  | { readonly verdict: 'again' }
  | OrderRefusal

/** The plan of an order without its credentials: a repeated order may carry tokens that were signed anew. */
function planOf(order: SegmentOrder): string {
  const { epoch, generation, role, region, limits, adopts } = order
  const peers = order.peers
    .toSorted((a, b) => (a.node < b.node ? -1 : 1))
    .map(({ node, url, role: peerRole, leaving = false }) => [node, url, peerRole, leaving])
  return JSON.stringify({ epoch, generation, role, region, limits, adopts, peers })
}

/**
 * Judges an order by its term: undefined where it may be followed. `followed` is the term of the last order that this node took, whatever it was
 * about. An order that tells no holder is of an operator that knows of none.
 */
export function judgeTerm(followed: Term | undefined, { epoch, holder }: Term, generation = 0): TermRefusal | undefined {
  if (followed === undefined || epoch > followed.epoch) return undefined
  if (epoch < followed.epoch) return { verdict: 'stale', fence: { epoch: followed.epoch, generation } }
  return holder === undefined || holder === followed.holder ? undefined : { verdict: 'shared', followed }
}

/**
 * Judges an order by its fence (one owner, fenced). Older than what the segment took, or of a term that this node does not follow any more:
 * refused by that. The same pair with another plan: conflict.
 */
export function judgeOrder(taken: SegmentOrder | undefined, order: SegmentOrder, followed: Term | undefined): OrderVerdict {
  const refused = judgeTerm(followed, order, taken?.generation)
  if (refused !== undefined) return refused
  if (!taken) return { verdict: 'take' }
  const { epoch, generation } = taken
  const compared = compareFences(order, taken)
  if (compared > 0) return { verdict: 'take' }
  if (compared < 0) return { verdict: 'stale', fence: { epoch, generation } }
  return planOf(order) === planOf(taken) ? { verdict: 'again' } : { verdict: 'conflict', fence: { epoch, generation } }
}

/** Judges a deletion: its fence must be at least as new as the segment's. */
export function judgeDeletion(
  taken: Fence,
  deletion: Fence & Term,
  followed: Term | undefined,
): { verdict: 'take' } | TermRefusal {
  const refused = judgeTerm(followed, deletion, taken.generation)
  if (refused !== undefined) return refused
  return compareFences(deletion, taken) < 0 ? { verdict: 'stale', fence: taken } : { verdict: 'take' }
}

/** A refusal as whoever gave the order is told it. */
export function errorOfRefusal(refusal: OrderRefusal): CodedError {
  switch (refusal.verdict) {
    case 'stale':
      return sfuErrors.raise.stale_order(refusal.fence)
    case 'shared':
      return sfuErrors.raise.epoch_shared({ epoch: refusal.followed.epoch, holder: refusal.followed.holder })
    case 'conflict':
      return sfuErrors.raise.order_conflict(refusal.fence)
    default:
      return assertNever(refusal)
  }
}
