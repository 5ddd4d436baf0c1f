import type { Rights } from '../../sfu/api/rights.ts'
import { meshAtMost } from '../cascade/member.ts'
import { noCost } from './cost.ts'
import { costElsewhere, costHere, costOfOpening, costOfPipe, costOfScreens, joinerOf, type Audience } from './joinCost.ts'
import type { Ledger } from './ledger.ts'
import { screensOf, workerOf, type MeetingEntry, type Segment } from './meetingEntry.ts'

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

/** The pipes of a segment that this join opens, with what goes through them. */
function reserveOpening(
  ledger: Ledger,
  entry: MeetingEntry,
  { opened, audience }: { opened: Segment; audience: Audience },
): void {
  let pipes = 0
  for (const segment of entry.segments.values()) {
    const node = segment === opened ? undefined : ledger.nodes.hostOf(segment)
    if (node === undefined || !mayTakePipe(entry, segment)) continue
    pipes += 1
    const { screens, crowd } = segment
    ledger.reservations.claim(node.spotOf(workerOf(segment)), costOfPipe(audience, { people: crowd.size, screens }))
  }
  const host = ledger.nodes.hostOf(opened)
  const cost = costOfOpening(audience, entry.segments.size <= meshAtMost ? pipes : Math.min(pipes, 1))
  if (host !== undefined && pipes > 0) ledger.reservations.claim(host.spotOf(workerOf(opened)), cost)
}

/** Reserves what a join is expected to cost on each segment of the meeting; the reservation. */
export function reserveJoin(
  ledger: Ledger,
  entry: MeetingEntry,
  join: { readonly at: Segment; readonly opens: boolean; readonly rights: Rights; readonly nowMs: number },
): number {
  const { at, opens, rights, nowMs } = join
  const audience = audienceOf(entry)
  const joiner = joinerOf(rights, audience)
  const reservation = ledger.reservations.begin(nowMs)
  for (const segment of entry.segments.values()) {
    const node = ledger.nodes.hostOf(segment)
    if (node === undefined) continue
    const people = segment.crowd.size
    const cost =
      segment === at
        ? costHere(joiner, audience, { people, pipes: pipesOf(entry, segment) })
        : costElsewhere(joiner, { people, pipes: leavesOf(entry, segment) })
    if (cost !== noCost) ledger.reservations.claim(node.spotOf(workerOf(segment)), cost)
  }
  if (opens && entry.segments.size > 1) reserveOpening(ledger, entry, { opened: at, audience })
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
    const node = ledger.nodes.hostOf(segment)
    const here = segment === at
    const people = segment.crowd.size
    const pipes = here ? pipesOf(entry, segment) : leavesOf(entry, segment)
    if (node !== undefined)
      ledger.reservations.claim(node.spotOf(workerOf(segment)), costOfScreens(more, { people, pipes, here }))
  }
}
