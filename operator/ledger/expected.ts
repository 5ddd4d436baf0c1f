import { acceptLimit } from '../placement/filters.ts'
import { consumersToCome } from './cost.ts'
import type { Ledger } from './ledger.ts'
import type { MeetingEntry, Segment } from './meetingEntry.ts'
import type { NodeEntry } from './nodeEntry.ts'
import { reservationMs } from './reservations.ts'

/**
 * The share of a media node that people make who are expected in the meeting and have not come; 0 where nothing is known. At most what a
 * node takes new meetings up to: one that is kept free as a whole is not kept freer.
 */
export function shareToCome({ object, people }: MeetingEntry, node: NodeEntry): number {
  const expected = object?.spec.capacity?.expectedParticipants
  if (object === undefined || expected === undefined) return 0
  return Math.min(consumersToCome({ expected, seats: people.seats }, object.spec.mode) * node.consumerShare, acceptLimit)
}

/** Keeps the node of the segment that took the latest join free for those who are expected, anew at each join. */
export function reserveForExpected(ledger: Ledger, entry: MeetingEntry, { at, nowMs }: { at: Segment; nowMs: number }): void {
  if (entry.object?.spec.capacity?.expectedParticipants === undefined) return
  for (const segment of entry.segments.values()) {
    if (segment.toCome !== undefined) ledger.reservations.drop(segment.toCome.reservation)
    segment.toCome = undefined
  }
  const node = ledger.nodes.hostOf(at)
  const share = node === undefined ? 0 : shareToCome(entry, node)
  if (node === undefined || share === 0) return
  const reservation = ledger.reservations.begin(nowMs)
  ledger.reservations.claim(node.number, share)
  at.toCome = { share, reservation, untilMs: nowMs + reservationMs }
}
