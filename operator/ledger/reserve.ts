import type { Rights } from '../../sfu/api/rights.ts'
import { meshAtMost } from '../cascade/member.ts'
import { noCost, sumOf, type Cost } from './load/cost.ts'
import {
  costElsewhere,
  costHere,
  costOfOpening,
  costOfPipe,
  costOfScreens,
  joinerOf,
  type Audience,
  type Joiner,
} from './load/joinCost.ts'
import type { Ledger } from './ledger.ts'
import { screensOf, workerOf, type MeetingEntry, type Segment } from './meetings/meetingEntry.ts'

const audienceOf = (entry: MeetingEntry): Audience => ({
  mode: entry.object?.spec.mode ?? 'meeting',
  everywhere: entry.people.seats,
  screens: screensOf(entry),
})

/** Whether a new segment has a pipe to this one: in a mesh to each, else to one that is a core, and nobody knows yet to which. */
const mayTakePipe = ({ segments }: MeetingEntry, segment: Segment): boolean =>
  segments.size <= meshAtMost || segment.report?.role !== 'leaf'

/** Pipes through which a segment sends what its people publish: those that it tells of, else those that it is expected to have. */
function pipesOf({ segments }: MeetingEntry, { report }: Segment): number {
  const others = segments.size - 1
  return others === 0 ? 0 : report?.peers.length || (segments.size <= meshAtMost ? others : 1)
}

/** Pipes through which a segment sends what comes from others: those of a core to its leaves. */
function leavesOf({ segments }: MeetingEntry, { report }: Segment): number {
  if (segments.size <= meshAtMost || report?.role !== 'core') return 0
  let count = 0
  for (const { role } of report.peers) if (role === 'leaf') count += 1
  return count
}

/** A join, as far as the segments have to know it. */
interface Join {
  readonly at: Segment
  /** It opens that segment. */
  readonly opens: boolean
  readonly joiner: Joiner
  readonly audience: Audience
}

/** What the segment that takes the join pays; one that is opened also for its pipes and what comes through them. */
function costOfHost(entry: MeetingEntry, { at, opens, joiner, audience }: Join): Cost {
  const join = costHere(joiner, audience, { people: at.crowd.size, pipes: pipesOf(entry, at) })
  const others = entry.segments.size - 1
  if (!opens || others === 0) return join
  return sumOf(join, costOfOpening(audience, entry.segments.size <= meshAtMost ? others : 1))
}

/** What another segment pays; where one is opened, also for its end of a pipe. */
function costOfOther(entry: MeetingEntry, segment: Segment, { opens, joiner, audience }: Join): Cost {
  const { screens, crowd } = segment
  const join = costElsewhere(joiner, { people: crowd.size, pipes: leavesOf(entry, segment) })
  return opens && mayTakePipe(entry, segment) ? sumOf(join, costOfPipe(audience, { people: crowd.size, screens })) : join
}

/** Reserves what a join is expected to cost on each segment of the meeting; the reservation. */
export function reserveJoin(
  ledger: Ledger,
  entry: MeetingEntry,
  of: { readonly at: Segment; readonly opens: boolean; readonly rights: Rights; readonly nowMs: number },
): number {
  const { at, opens, rights, nowMs } = of
  const audience = audienceOf(entry)
  const join = { at, opens, joiner: joinerOf(rights, audience), audience }
  const reservation = ledger.reservations.begin(nowMs)
  for (const segment of entry.segments.values()) {
    const spot = ledger.nodes.hosts.spotOf(segment, workerOf(segment))
    if (spot === undefined) continue
    const cost = segment === at ? costOfHost(entry, join) : costOfOther(entry, segment, join)
    if (cost !== noCost) ledger.reservations.claim(spot, cost)
  }
  return reservation
}

/** Reserves on one node what somebody will cost who is to come there; on the others they count already. */
export function reserveAhead(
  ledger: Ledger,
  entry: MeetingEntry,
  to: { readonly node: string; readonly rights: Rights; readonly nowMs: number },
): number {
  const reservation = ledger.reservations.begin(to.nowMs)
  const node = ledger.nodes.get(to.node)
  const segment = entry.segments.get(to.node)
  const place = { people: entry.people.countOn(to.node), pipes: segment === undefined ? 0 : pipesOf(entry, segment) }
  const audience = audienceOf(entry)
  const worker = segment === undefined ? node?.leastLoadedWorker : workerOf(segment)
  if (node !== undefined) ledger.reservations.claim(node.spotOf(worker), costHere(joinerOf(to.rights, audience), audience, place))
  return reservation
}

/** Of one segment; who tells of more is not believed to that extent. */
const screensAtMost = 4

/**
 * A segment tells how many screens its people share. What more of them costs is reserved on each segment of the meeting at once: it goes to
 * all who are there, and the figures of the media nodes follow seconds later.
 */
export function noteScreens(ledger: Ledger, entry: MeetingEntry, { at, nowMs }: { at: Segment; nowMs: number }): void {
  let shared = 0
  for (const { screen } of at.report?.participants ?? []) if (screen === true) shared += 1
  const screens = Math.min(shared, screensAtMost)
  const more = screens - at.screens
  at.screens = screens
  if (more <= 0) return
  if (at.screenReservation !== undefined) ledger.reservations.drop(at.screenReservation)
  at.screenReservation = ledger.reservations.begin(nowMs)
  for (const segment of entry.segments.values()) {
    const spot = ledger.nodes.hosts.spotOf(segment, workerOf(segment))
    const here = segment === at
    const people = segment.crowd.size
    const pipes = here ? pipesOf(entry, segment) : leavesOf(entry, segment)
    if (spot !== undefined) ledger.reservations.claim(spot, costOfScreens(more, { people, pipes, here }))
  }
}
