import type { MeetingEntry } from '../ledger/meetingEntry.ts'
import type { Decision, PlacementView, Wish } from './view.ts'

/** The leader that counts: its epoch, and since when (monotonic) it places. */
export interface Term {
  readonly epoch: number
  readonly sinceMs: number
}

/**
 * Whether a meeting with a capacity takes nobody new for a moment: one of its media nodes follows an earlier leader still, whose unused grants
 * this one does not know. Once the node has taken an order of this term it refuses those grants, and what is reported is all there is. A
 * node that cannot be told is waited for until the last of them has expired.
 */
export function settling(
  view: PlacementView,
  wish: Wish,
  { term, grantsLiveMs }: { term: Term; grantsLiveMs: number },
): Extract<Decision, { result: 'tryAfter' }> | undefined {
  const { meeting, nowMs } = view
  if (meeting === undefined || nowMs - term.sinceMs > grantsLiveMs || !needsPlace(meeting, wish)) return undefined
  const node = followerOfAnother(meeting, term.epoch)
  if (node === undefined) return undefined
  const reason = `${node} has not heard of this operator yet, and what an earlier one promised there is not known`
  return { result: 'tryAfter', code: 'meeting_settling', reason }
}

const needsPlace = ({ object, people }: MeetingEntry, { participant, rights }: Wish): boolean =>
  object?.spec.capacity?.maxParticipants !== undefined && !rights.hidden && !people.has(participant)

/** A node whose segment follows an earlier term. Epoch 0 is a segment that no order has reached: it lets nobody in before one has. */
function followerOfAnother({ segments }: MeetingEntry, epoch: number): string | undefined {
  for (const { node, report } of segments.values()) {
    const follows = report?.epoch ?? 0
    if (follows !== 0 && follows < epoch) return node
  }
  return undefined
}
