import type { MintUlid } from '../../kit/ids.ts'
import type { MeetingRef } from '../../sfu/api/identity.ts'
import { wouldBeMade } from '../placement/pools.ts'
import type { Decision, PlacementView, Wish } from '../placement/view.ts'
import { expectedConsumers } from './cost.ts'
import type { Ledger } from './ledger.ts'
import type { MeetingEntry } from './meetingEntry.ts'

type Placed = Extract<Decision, { result: 'placed' }>

/** A placement that the ledger holds: what its grant says. */
export interface Committed {
  readonly meeting: MeetingRef
  readonly attachment: string
}

/** What may be seen of the ledger for a placement in this meeting. Sweeps first, so that what is stale is out. */
export function placementView(ledger: Ledger, meeting: { namespace: string; name: string }, nowMs: number): PlacementView {
  ledger.sweep(nowMs)
  const entry = ledger.meetings.get(`${meeting.namespace}/${meeting.name}`)
  if (entry !== undefined) ledger.meetings.sweep(entry, nowMs)
  return {
    nowMs,
    meeting: entry,
    pools: ledger.nodes.pools(),
    node: (name) => ledger.nodes.get(name),
    open: (pool) => ledger.nodes.open(pool),
    adHocCount: (pool) => ledger.meetings.adHocCount(pool),
  }
}

/** The expected cost of a join on each segment of the meeting, as shares of their nodes. */
function costsOf(ledger: Ledger, entry: MeetingEntry, at: { node: string; wish: Wish }): (readonly [string, number])[] {
  const costs: (readonly [string, number])[] = []
  const everywhere = entry.people.seats
  const here = entry.people.countOn(at.node)
  for (const { node } of entry.segments.values()) {
    const capacity = ledger.nodes.get(node)?.introduction?.capacity.consumersPerWorker
    if (capacity === undefined) continue
    const expected = expectedConsumers(at.wish.rights, { here, everywhere, elsewhere: entry.people.countOn(node) })
    costs.push([node, (node === at.node ? expected.here : expected.elsewhere) / capacity])
  }
  return costs
}

/** Opens the segment that the decision means, unless it stands. */
function openSegment(ledger: Ledger, entry: MeetingEntry, to: { decision: Placed; nowMs: number }): void {
  const { node, segment, reason } = to.decision
  const known = segment ?? entry.segments.get(node.name)
  if (known === undefined) ledger.meetings.addSegment(entry, { node: node.name, why: reason, openedAtMs: to.nowMs })
  else known.closing = false
}

/** Writes a decision into the ledger, at once and whole: the meeting where the join makes it, the segment, the seat, its expected cost. */
export function commit(
  ledger: Ledger,
  decided: { decision: Placed; wish: Wish; view: PlacementView },
  at: { nowMs: number; wallMs: number; mintUlid: MintUlid },
): Committed {
  const { decision, wish, view } = decided
  const { participant, rights } = wish
  const { nowMs } = at
  const node = decision.node.name
  const entry = ledger.meetings.open(wish.namespace, wish.name)
  if (wouldBeMade(view)) begin(ledger, entry, { pool: decision.node.object.spec.pool, nowMs })
  entry.incarnation ??= at.mintUlid()
  const attachment = at.mintUlid()
  openSegment(ledger, entry, { decision, nowMs })
  ledger.reservations.make(attachment, costsOf(ledger, entry, { node, wish }), nowMs)
  entry.people.grant({ participant, attachment, node, hidden: rights.hidden, sinceMs: nowMs })
  entry.remember({ atMs: at.wallMs, participant, node, attachment, reason: decision.reason })
  ledger.meetings.touch(entry, nowMs)
  return { meeting: { namespace: wish.namespace, name: wish.name, incarnation: entry.incarnation }, attachment }
}

/** The join makes the meeting, or makes it again, in the account of the pool. */
function begin(ledger: Ledger, entry: MeetingEntry, by: { pool: string; nowMs: number }): void {
  if (entry.ended !== undefined) entry.restart(undefined)
  ledger.meetings.setAdHoc(entry, { pool: by.pool, sinceMs: by.nowMs })
}
