import type { SegmentDeletion } from '../../sfu/api/order.ts'
import type { MeetingView, SegmentView, StrayView } from '../view/meetingView.ts'

/** For how long a segment that everybody left stays while the meeting goes on elsewhere (LiveKit's departure timeout). */
export const departureLingerMs = 20_000

/**
 * For how long a segment must have been taken for left over, by a leader that knows all that it can know, before it is closed: what only looks
 * so, since news come out of order, is sorted out by then.
 */
export const strayPatienceMs = 3_000

/** A segment that is to be closed, and what its people are told. */
export interface PlannedClose {
  readonly node: string
  readonly incarnation: string
  readonly fence: { readonly epoch: number; readonly generation: number }
  readonly reason: SegmentDeletion['reason']
}

/** Which segments of the meeting stay, which go, and when to look again. */
export interface SegmentPlan {
  readonly stay: readonly SegmentView[]
  /** Those that close as soon as nobody hears anything through them. */
  readonly going: readonly SegmentView[]
  /** What is left of other incarnations, and has been for long enough. */
  readonly closeStrays: readonly PlannedClose[]
  readonly wakeAtMs: number | undefined
}

/** Nodes that are not heard; what is theirs waits until they are. */
const untold: ReadonlySet<SegmentView['nodeState']> = new Set(['pending', 'silent', 'lost', 'wrong'])

/** Whether a node can be told anything now. */
export const canBeTold = ({ nodeState }: Pick<SegmentView, 'nodeState'>): boolean => !untold.has(nodeState)

/** Nodes that take nothing new, and whose segments go as soon as they are empty. */
export const isEmptied = ({ nodeState }: Pick<SegmentView, 'nodeState'>): boolean =>
  nodeState === 'draining' || nodeState === 'drained'

/** Granted on a node that began to drain before anybody came: it will never be. */
const isVain = (segment: SegmentView): boolean => isEmptied(segment) && segment.report === undefined

/** A node that is silent may have let people in since it told that nobody is there: by the grants of another leader, or of none. */
const isOver = (segment: SegmentView, nowMs: number): boolean =>
  canBeTold(segment) && segment.emptySinceMs !== undefined && nowMs - segment.emptySinceMs >= departureLingerMs

/** What of a meeting decides which of its segments stay. */
type SegmentsView = Pick<MeetingView, 'segments' | 'strays' | 'epoch' | 'nowMs' | 'sureSinceMs'>

/**
 * Without people, and others go on: it goes after a while. The last one stays as long as the meeting, but for one on a node that drains:
 * nobody can come there.
 */
function leaving(view: SegmentsView): readonly SegmentView[] {
  const over = view.segments.filter((segment) => isOver(segment, view.nowMs))
  const emptied = view.segments.filter((segment) => isEmptied(segment) && segment.emptySinceMs !== undefined)
  const othersGoOn = view.segments.some((segment) => segment.emptySinceMs === undefined && !isVain(segment))
  return othersGoOn ? [...over, ...emptied] : emptied
}

function wakeAt(view: SegmentsView): number | undefined {
  const dueMs = view.segments
    .flatMap(({ emptySinceMs }) => (emptySinceMs === undefined ? [] : [emptySinceMs + departureLingerMs]))
    .filter((atMs) => atMs > view.nowMs)
  return dueMs.length === 0 ? undefined : Math.min(...dueMs)
}

/** The orders that close segments of the meeting. */
export function planCloses(
  view: MeetingView,
  going: readonly SegmentView[],
  reason: PlannedClose['reason'],
): readonly PlannedClose[] {
  const { epoch, incarnation = '' } = view
  return going.filter(canBeTold).map(({ node, report, adopts }) => {
    const generation = Math.max(view.generation, report?.generation ?? 0)
    return { node, incarnation: adopts ?? incarnation, fence: { epoch, generation }, reason }
  })
}

/** When a stray may be closed; never by a replica that does not know enough. */
const strayDueAtMs = ({ sureSinceMs }: SegmentsView, { sinceMs }: StrayView): number =>
  sureSinceMs === undefined ? Infinity : Math.max(sureSinceMs, sinceMs) + strayPatienceMs

/** Decides which segments stay. `ended`: none does. */
export function planSegments(view: SegmentsView, ended: boolean): SegmentPlan {
  const { epoch } = view
  const going = new Set(ended ? view.segments : leaving(view))
  const strays = view.strays.filter(canBeTold)
  const due = strays.filter((stray) => strayDueAtMs(view, stray) <= view.nowMs)
  const closeStrays = due.map(({ node, report, retired }): PlannedClose => ({
    node,
    incarnation: report.meeting.incarnation,
    fence: { epoch, generation: report.generation },
    reason: retired ? 'ended' : 'replanned',
  }))
  const ahead = strays.map((stray) => strayDueAtMs(view, stray)).filter((atMs) => atMs > view.nowMs)
  const wakeAtMs = Math.min(...ahead, ended ? Infinity : (wakeAt(view) ?? Infinity))
  return {
    stay: view.segments.filter((segment) => !going.has(segment) && !isVain(segment)),
    going: [...going],
    closeStrays,
    wakeAtMs: wakeAtMs === Infinity ? undefined : wakeAtMs,
  }
}
