import type { Clock } from '../../kit/clock.ts'
import type { MintUlid } from '../../kit/ids.ts'
import type { Log } from '../../kit/log.ts'
import { commit } from '../ledger/commit.ts'
import type { Ledger, LostNode } from '../ledger/ledger.ts'
import { placementView } from '../ledger/ledgerView.ts'
import type { MeetingEntry } from '../ledger/meetings/meetingEntry.ts'
import type { LostPart } from '../ledger/meetings/meetingFacts.ts'
import { personOf } from '../ledger/people/moves.ts'
import type { Placement } from '../ledger/people/stay.ts'
import { wishOfStay } from '../ledger/meetings/wishOfStay.ts'
import type { OperatorMetrics } from '../metrics.ts'
import { place } from '../placement/place.ts'

/** What {@link createRescuer} needs. */
export interface RescuerOptions {
  readonly ledger: Ledger
  /** Whether this replica leads: the others are told by it. */
  readonly leads: () => boolean
  readonly clock: Clock
  readonly mintUlid: MintUlid
  readonly log: Log
  readonly metrics: OperatorMetrics
}

/**
 * Places everybody of a lost node anew, at once and whole, before anybody else takes their seats: each gets a place that waits for them as
 * an unused grant does, its cost reserved, so that not all go to one node; the orders for new segments follow from the ledger. Whoever
 * has no room anywhere is told so when they ask, and keeps their seat of the meeting; so does everybody with a replica that does not lead, which
 * may be the next that does. Their clients come back by themselves: they notice first.
 */
export function createRescuer(options: RescuerOptions): (lost: LostNode) => void {
  const { ledger, leads, clock, mintUlid, log, metrics } = options

  function placeAnew(part: LostPart, stay: Placement, { node, why, region }: LostNode): boolean {
    const { entry, segment } = part
    const { participant } = stay
    const wish = wishOfStay(entry, stay, { segment, region })
    const view = placementView(ledger, entry, { nowMs: clock.monotonicMs(), wallMs: clock.nowMs() })
    const decision = place(view, wish)
    if (decision.result !== 'placed') return false
    const reason = `${node} is lost (${why}); ${decision.reason}`
    const committed = commit(ledger, { decision: { ...decision, reason }, wish, view }, mintUlid)
    const moved = { attachment: stay.attachment, from: node, to: decision.node.name, reason: `it is lost (${why})` }
    ledger.moves.begin(personOf(entry, participant), { ...moved, reservation: undefined, seat: committed.attachment }, view.nowMs)
    return true
  }

  /** Somebody who was attached where nobody is any more keeps their seat, for as long as a grant that is not used does. */
  function keepSeat(entry: MeetingEntry, stay: Placement): void {
    if (!stay.attached || entry.ended !== undefined || entry.people.has(stay.participant)) return
    const nowMs = clock.monotonicMs()
    entry.people.grant({ ...stay, sinceMs: nowMs, reservation: undefined })
    ledger.meetings.touch(entry, nowMs)
  }

  function rescue(part: LostPart, lost: LostNode): { placed: number; left: number } {
    const counts = { placed: 0, left: 0 }
    for (const stay of part.people) {
      // Who has another stay is on the way elsewhere, or there.
      if (part.entry.ended !== undefined || part.entry.people.has(stay.participant)) continue
      if (placeAnew(part, stay, lost)) counts.placed += 1
      else counts.left += 1
      keepSeat(part.entry, stay)
    }
    return counts
  }

  function keepSeats({ parts }: LostNode): void {
    for (const { entry, people } of parts) for (const stay of people) keepSeat(entry, stay)
  }

  return (lost) => {
    if (!leads()) return keepSeats(lost)
    const startedMs = clock.monotonicMs()
    const { node, why: reason } = lost
    const counts = lost.parts.map((part) => rescue(part, lost))
    const sum = (of: 'placed' | 'left'): number => counts.reduce((total, each) => total + each[of], 0)
    const [placed, left] = [sum('placed'), sum('left')]
    metrics.replacements.inc({ result: 'placed' }, placed)
    metrics.replacements.inc({ result: 'no_room' }, left)
    const durationMs = clock.monotonicMs() - startedMs
    log.info({ node, reason, count: placed, durationMs }, 'media node lost; its people are placed anew')
    if (left > 0) log.warn({ node, reason, count: left }, 'media node lost; there is no room for these of its people now')
  }
}
