import type { MintUlid } from '../../kit/ids.ts'
import type { MeetingRef } from '../../sfu/api/identity.ts'
import { wouldBeMade } from '../placement/pools.ts'
import type { Decision, PlacementView, Wish } from '../placement/view.ts'
import { reserveForExpected } from './expected.ts'
import { haveFailed } from './haveFailed.ts'
import type { Ledger } from './ledger.ts'
import type { MeetingEntry, Segment } from './meetings/meetingEntry.ts'
import { nodeStateOf } from './nodes/nodeState.ts'
import { reserveJoin } from './reserve.ts'
import type { AvoidedNode } from './people/avoided.ts'
import { hasTraceOn } from './people/traces.ts'

type Placed = Extract<Decision, { result: 'placed' }>

/** A decision and what it was made from. */
interface Decided {
  readonly decision: Placed
  readonly wish: Wish
  readonly view: PlacementView
}

/** A placement that the ledger holds: what its grant says. */
export interface Committed {
  readonly meeting: MeetingRef
  readonly attachment: string
}

/** The segment that the decision means, opened unless it stands. */
function segmentFor(
  ledger: Ledger,
  entry: MeetingEntry,
  to: { decision: Placed; nowMs: number },
): { segment: Segment; opens: boolean } {
  const { node, segment, why } = to.decision
  const known = segment ?? entry.segments.get(node.name)
  if (known === undefined) {
    const { name, leastLoadedWorker: expectedWorker } = node
    const opened = ledger.meetings.addSegment(entry, {
      node: name,
      host: node,
      why,
      openedAtMs: to.nowMs,
      expectedWorker,
    })
    return { segment: opened, opens: true }
  }
  known.closing = false
  return { segment: known, opens: false }
}

/** Remembers the nodes that failed the participant, or that they were moved from, for whoever decides next where they go. */
function noteFailures(ledger: Ledger, entry: MeetingEntry, { decision, wish, view }: Decided): void {
  if (wish.excludeNodes === undefined) return
  const { moved } = decision
  const failed = haveFailed(ledger.nodes, wish.excludeNodes, view.nowMs)
  const kept = failed.map((node): AvoidedNode => {
    return { node, since: moved?.isAskedFor === true && moved.from === node ? 'move' : 'failure' }
  })
  if (kept.length > 0) entry.avoid(wish.participant, kept, view.nowMs)
}

/** Where somebody was who is placed anew: what they replace, else the last node that they do not want. */
function leftNode(entry: MeetingEntry, { participant, replaces, excludeNodes = [] }: Wish): string | undefined {
  const stay = replaces === undefined ? undefined : entry.people.stay(participant, replaces)
  return stay?.node ?? excludeNodes.findLast((name) => hasTraceOn(entry, name))
}

/** What is the matter with a media node that somebody leaves. */
function whyLeft(ledger: Ledger, name: string, nowMs: number): string {
  const node = ledger.nodes.get(name)
  if (node === undefined) return 'it has gone'
  const { state, why } = nodeStateOf(node, nowMs)
  return state === 'ready' ? 'it failed them' : why
}

/** Remembers that somebody is to change media nodes, and why: what was asked for, else what is the matter with the one they leave. */
function noteMove(ledger: Ledger, entry: MeetingEntry, of: { decided: Decided; attachment: string }): void {
  const { decision, wish, view } = of.decided
  const from = decision.moved?.from ?? leftNode(entry, wish)
  if (from === undefined || from === decision.node.name) return
  const why = decision.moved?.why ?? whyLeft(ledger, from, view.nowMs)
  entry.movePlaced(of.attachment, { from, why, atMs: view.nowMs, atWallMs: view.wallMs })
}

/** What the new attachment must be above: media nodes know the later of two by its id, and the one before may be of an operator whose clock is ahead. */
const latest = (known: string | undefined, replaces: string | undefined): string | undefined =>
  replaces !== undefined && (known === undefined || replaces > known) ? replaces : known

/** Writes a decision into the ledger, at once and whole: the meeting where the join makes it, the segment, the seat, its expected cost. */
export function commit(ledger: Ledger, decided: Decided, mintUlid: MintUlid): Committed {
  const { decision, wish, view } = decided
  const { participant, rights } = wish
  const { nowMs } = view
  const node = decision.node.name
  const entry = view.meeting ?? ledger.meetings.open(wish.namespace, wish.name, nowMs)
  if (wouldBeMade(view)) begin(ledger, entry, { pool: decision.node.object.spec.pool, nowMs })
  if (wish.title !== undefined) entry.call(wish.title)
  entry.turnedAway = undefined
  entry.incarnation ??= mintUlid(entry.latestIncarnation())
  const attachment = mintUlid(latest(entry.people.latestOf(participant), wish.replaces))
  const { segment, opens } = segmentFor(ledger, entry, { decision, nowMs })
  const { reason } = decision
  for (const unused of entry.people.unusedReservations(participant)) ledger.reservations.drop(unused)
  const reservation = reserveJoin(ledger, entry, { at: segment, opens, rights, nowMs })
  const { hidden } = rights
  const publishes = rights.publish.length > 0
  const placement = entry.people.grant({ participant, attachment, node, hidden, sinceMs: nowMs, reason, publishes, reservation })
  reserveForExpected(ledger, entry, { at: segment, nowMs })
  entry.remember(placement)
  noteFailures(ledger, entry, decided)
  noteMove(ledger, entry, { decided, attachment })
  ledger.meetings.joined(entry, segment, nowMs)
  return { meeting: { namespace: wish.namespace, name: wish.name, incarnation: entry.incarnation }, attachment }
}

/** The join makes the meeting, or makes it again, in the account of the pool. */
function begin(ledger: Ledger, entry: MeetingEntry, by: { pool: string; nowMs: number }): void {
  if (entry.ended !== undefined) entry.restart(undefined)
  ledger.meetings.setAdHoc(entry, { pool: by.pool, sinceMs: by.nowMs })
}
