import { acceptLimit } from '../placement/filters.ts'
import { noCost, type Cost } from './load/cost.ts'
import { costToCome } from './load/joinCost.ts'
import type { Ledger } from './ledger.ts'
import { screensOf, workerOf, type MeetingEntry, type Segment } from './meetings/meetingEntry.ts'
import type { NodeEntry } from './nodes/nodeEntry.ts'
import { reservationMs } from './load/reservations.ts'

/**
 * What people make on a media node who are expected in the meeting and have not come; nothing where that is not known. Of each resource at
 * most what a node takes new meetings up to: one that is kept free as a whole is not kept freer.
 */
export function whatIsToCome(meeting: MeetingEntry, node: NodeEntry): Cost {
  const { object, people } = meeting
  const expected = object?.spec.capacity?.expectedParticipants
  if (object === undefined || expected === undefined) return noCost
  const cost = costToCome({ expected, seats: people.seats }, { mode: object.spec.mode, screens: screensOf(meeting) })
  if (cost === noCost) return noCost
  return node.atMost(cost, acceptLimit)
}

/** Keeps the node of the segment that took the latest join free for those who are expected, anew at each join. */
export function reserveForExpected(ledger: Ledger, entry: MeetingEntry, { at, nowMs }: { at: Segment; nowMs: number }): void {
  if (entry.object?.spec.capacity?.expectedParticipants === undefined) return
  for (const segment of entry.segments.values()) {
    if (segment.toCome !== undefined) ledger.reservations.drop(segment.toCome.reservation)
    segment.toCome = undefined
  }
  const node = ledger.nodes.hosts.of(at)
  const cost = node === undefined ? noCost : whatIsToCome(entry, node)
  if (node === undefined || cost === noCost) return
  const reservation = ledger.reservations.begin(nowMs)
  const worker = workerOf(at)
  ledger.reservations.claim(node.spotOf(worker), cost)
  at.toCome = { cost, worker, reservation, untilMs: nowMs + reservationMs }
}
