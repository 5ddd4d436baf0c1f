import type { Clock } from '../../kit/clock.ts'
import type { MintUlid } from '../../kit/ids.ts'
import type { Log } from '../../kit/log.ts'
import { commit } from '../ledger/commit.ts'
import type { Ledger, LostNode } from '../ledger/ledger.ts'
import { placementView } from '../ledger/ledgerView.ts'
import type { MeetingEntry } from '../ledger/meetings/meetingEntry.ts'
import type { LostPart } from '../ledger/meetings/meetingFacts.ts'
import { lostInWords, personOf, type Loss } from '../ledger/people/moves.ts'
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

/** Where somebody was, and how that was lost. */
interface Lost {
  readonly from: string
  readonly loss: Loss
}

/**
 * Places everybody of a lost node anew, at once and whole, before anybody else takes their seats: each gets a place that waits for them as
 * an unused grant does, its cost reserved, so that not all go to one node; the orders for new segments follow from the ledger. Whoever
 * has no room anywhere is told so when they ask, and keeps their seat of the meeting; so does everybody with a replica that does not lead, which
 * may be the next that does. Their clients come back by themselves: they notice first.
 */
export function createRescuer(options: RescuerOptions): (lost: LostNode) => void {
  const { ledger, leads, clock, mintUlid, log, metrics } = options

  /** Where they were, and how that was lost: not the place that was kept for them after that, where they never came. */
  function lossOf(part: LostPart, { participant, attachment }: Placement, { node, why }: LostNode): Lost {
    const before = ledger.moves.of(personOf(part.entry, participant), undefined, clock.monotonicMs())
    if (before?.loss !== undefined && before.seat === attachment) return { from: before.from, loss: before.loss }
    return { from: node, loss: { why, atWallMs: clock.nowMs() } }
  }

  /** Their next placement finds the seat, and tells what happened. */
  function expectBack({ entry }: LostPart, stay: Placement, of: Lost & { to: string | undefined; seat: string }): void {
    const { attachment, participant } = stay
    const move = { ...of, attachment, reason: `it was lost (${of.loss.why})`, reservation: undefined }
    ledger.moves.begin(personOf(entry, participant), move, clock.monotonicMs())
  }

  function placeAnew(part: LostPart, stay: Placement, lost: LostNode): boolean {
    const { entry, segment } = part
    const wish = wishOfStay(entry, stay, { segment, region: lost.region })
    const view = placementView(ledger, entry, { nowMs: clock.monotonicMs(), wallMs: clock.nowMs() })
    const decision = place(view, wish)
    if (decision.result !== 'placed') return false
    const { from, loss } = lossOf(part, stay, lost)
    const told = {
      reason: `${lostInWords(from, loss)}; ${decision.reason}`,
      why: `for people of ${from}, which was lost (${loss.why}); ${decision.why}`,
    }
    const { attachment: seat } = commit(ledger, { decision: { ...decision, ...told }, wish, view }, mintUlid)
    expectBack(part, stay, { from, loss, to: decision.node.name, seat })
    return true
  }

  /** Somebody who was attached where nobody is any more keeps their seat, for as long as a grant that is not used does; whether they do. */
  function keepSeat(entry: MeetingEntry, stay: Placement): boolean {
    if (!stay.attached || entry.ended !== undefined || entry.people.has(stay.participant)) return false
    const nowMs = clock.monotonicMs()
    entry.people.grant({ ...stay, sinceMs: nowMs, reservation: undefined })
    ledger.meetings.touch(entry, nowMs)
    return true
  }

  function rescue(part: LostPart, lost: LostNode): { placed: number; left: number } {
    const counts = { placed: 0, left: 0 }
    for (const stay of part.people) {
      // Who has another stay is on the way elsewhere, or there.
      if (part.entry.ended !== undefined || part.entry.people.has(stay.participant)) continue
      if (placeAnew(part, stay, lost)) {
        counts.placed += 1
        continue
      }
      counts.left += 1
      const loss = lossOf(part, stay, lost)
      if (keepSeat(part.entry, stay)) expectBack(part, stay, { ...loss, to: undefined, seat: stay.attachment })
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
