import { sfuErrors } from '../../../sfu/api/errors.ts'
import type { MeetingRef } from '../../../sfu/api/identity.ts'
import type { SegmentOrder, SegmentReport } from '../../../sfu/api/order.ts'

/** A segment of a fake media node: what it tells, and the order that it follows. */
export interface FakeSegment {
  readonly report: SegmentReport
  readonly order: SegmentOrder | undefined
  /** Pipes that are being set up, by their peer, and for how many seconds yet. */
  readonly opening?: ReadonlyMap<string, number>
}

/** What an order says, without its tokens. */
const planOf = ({ role, region, limits, peers, adopts }: SegmentOrder): string =>
  JSON.stringify([
    role,
    region,
    limits,
    adopts,
    peers.map(({ node, url, role: peerRole, leaving }) => [node, url, peerRole, leaving]),
  ])

/** A segment that nobody is attached to and no order has reached. */
export function aFakeSegment(
  meeting: MeetingRef,
  of: { readonly fallback: boolean; readonly createdAtMs: number; readonly worker: number },
): FakeSegment {
  const fresh = { epoch: 0, generation: 0, role: 'core' as const, participants: [], peers: [] }
  return { order: undefined, report: { meeting, ...fresh, ...of, emptySinceMs: of.createdAtMs } }
}

/** Where a real media node puts a new segment: the worker with the least CPU, of those the one with the fewest segments, the first of those. */
export function leastLoadedWorker(cpu: readonly number[], segments: readonly SegmentReport[]): number {
  const counts = cpu.map(() => 0)
  for (const { worker } of segments) counts[worker] = (counts[worker] ?? 0) + 1
  const workers = counts.map((count, worker) => ({ worker, count, cpu: cpu[worker] ?? 0 }))
  return workers.toSorted((a, b) => a.cpu - b.cpu || a.count - b.count)[0]?.worker ?? 0
}

/** The fence of orders within their term. Raises `stale_order`, or `order_conflict` where the same fence says something else. */
export function mustBeNewer({ order: taken, report }: FakeSegment, order: SegmentOrder): void {
  if (taken === undefined || order.epoch !== report.epoch || order.generation > report.generation) return
  if (order.generation < report.generation) throw sfuErrors.raise.stale_order(report)
  if (planOf(order) !== planOf(taken)) throw sfuErrors.raise.order_conflict(report)
}

/** Whether a segment goes by this name, or was adopted from it. */
const isCalled = ({ meeting, aliases = [] }: SegmentReport, { namespace, name, incarnation }: MeetingRef): boolean =>
  meeting.namespace === namespace &&
  meeting.name === name &&
  (meeting.incarnation === incarnation || aliases.includes(incarnation))

/** The segment as an order calls it: one that is adopted goes on by the new name, with all that is in it. */
export function goesOnAs(segment: FakeSegment, meeting: MeetingRef): FakeSegment {
  const { report } = segment
  if (isCalled(report, meeting)) return segment
  return { ...segment, report: { ...report, meeting, aliases: [...(report.aliases ?? []), report.meeting.incarnation] } }
}

/** The segment after an order. Pipes that it has go on; new ones are up as soon as they are set up. */
export function afterOrder(
  { report, opening: before }: FakeSegment,
  order: SegmentOrder,
  { reaches, pipesTakeSeconds }: Pick<PeerSigns, 'reaches' | 'pipesTakeSeconds'>,
): FakeSegment {
  const { epoch, generation, role } = order
  const known = new Set(report.peers.map(({ node }) => node))
  const secondsOf = (node: string): number => (known.has(node) ? (before?.get(node) ?? 0) : pipesTakeSeconds)
  const opening = new Map(order.peers.map(({ node }) => [node, secondsOf(node)] as const).filter(([, seconds]) => seconds > 0))
  const peers = order.peers.map(({ node, role: peerRole, leaving }) => ({
    ...{ node, role: peerRole, up: reaches(node) && !opening.has(node) },
    ...(leaving === true ? { leaving: 'needed' as const } : {}),
  }))
  const { places: _, ...rest } = report
  const { places } = order.limits
  const told = { epoch, generation, role, peers, fallback: false, ...(places === undefined ? {} : { places }) }
  return { order, opening, report: { ...rest, ...told } }
}

/** What a segment finds out about its peers by itself. */
export interface PeerSigns {
  /** Whether the other node is there and the way to it open. */
  readonly reaches: (peer: string) => boolean
  /** Whether all that comes by the edge from this peer comes another way too. */
  readonly isSpare: (meeting: MeetingRef, peer: string) => boolean
  /** For how many seconds a new pipe is down. */
  readonly pipesTakeSeconds: number
}

/**
 * A second later: pipes to nodes that are not reached are down and come up again by themselves, and what comes by edges that leave comes
 * another way where there is one, for as long as there is. The same object where nothing changed.
 */
export function aSecondLater(segment: FakeSegment, { reaches, isSpare }: Omit<PeerSigns, 'pipesTakeSeconds'>): FakeSegment {
  const { peers, meeting } = segment.report
  const opening = new Map([...(segment.opening ?? [])].map(([node, seconds]) => [node, seconds - 1] as const))
  for (const [node, seconds] of opening) if (seconds <= 0) opening.delete(node)
  const later = peers.map((peer) => ({
    ...{ ...peer, up: reaches(peer.node) && !opening.has(peer.node) },
    ...(peer.leaving === undefined ? {} : { leaving: isSpare(meeting, peer.node) ? ('spare' as const) : ('needed' as const) }),
  }))
  const changed = later.some(({ up, leaving }, at) => up !== peers[at]?.up || leaving !== peers[at].leaving)
  const isSame = !changed && (segment.opening?.size ?? 0) === 0
  return isSame ? segment : { ...segment, opening, report: changed ? { ...segment.report, peers: later } : segment.report }
}
