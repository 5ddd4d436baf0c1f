import { conditionReasons, type MediaNodeStatus, type MeetingStatus } from '../../crds/index.ts'
import { toldBlockers, type Blocker } from './drainBlockers.ts'
import type { MediaNodePhase } from './mediaNode.ts'
import type { Planned, PlannedCondition } from './planned.ts'

const nodeReasons = conditionReasons.MediaNode

/** What happened to an object at a transition, as an Event tells it. */
export interface PlannedHappening {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

function segmentHappenings(before: MeetingStatus | undefined, after: Planned<MeetingStatus>): readonly PlannedHappening[] {
  const old = before?.segments ?? []
  const now = after.segments ?? []
  const opened = now.filter(({ node }) => !old.some((each) => each.node === node))
  const closed = old.filter(({ node }) => !now.some((each) => each.node === node))
  return [
    ...opened.map(({ node, why }): PlannedHappening => ({ type: 'Normal', reason: 'SegmentOpened', message: `${node}: ${why}` })),
    ...closed.map(({ node }): PlannedHappening => ({ type: 'Normal', reason: 'SegmentClosed', message: `no longer on ${node}` })),
  ]
}

const stallOf = (conditions: readonly PlannedCondition[] | undefined): PlannedCondition | undefined =>
  conditions?.find(({ type, status }) => type === 'Stalled' && status === 'True')

function phaseHappenings(before: MeetingStatus | undefined, after: Planned<MeetingStatus>): readonly PlannedHappening[] {
  const { phase = 'Waiting', why = '' } = after
  return phase === (before?.phase ?? 'Waiting') ? [] : [{ type: 'Normal', reason: phase, message: why }]
}

function stallHappenings(before: MeetingStatus | undefined, after: Planned<MeetingStatus>): readonly PlannedHappening[] {
  const stall = stallOf(after.conditions)
  if (stall === undefined || stallOf(before?.conditions) !== undefined) return []
  return [{ type: 'Warning', reason: stall.reason, message: stall.message }]
}

/** What a Meeting's next status makes of its last one. */
export function meetingHappenings(before: MeetingStatus | undefined, after: Planned<MeetingStatus>): readonly PlannedHappening[] {
  return [...segmentHappenings(before, after), ...phaseHappenings(before, after), ...stallHappenings(before, after)]
}

const isGood: Readonly<Record<MediaNodePhase, boolean>> = {
  Pending: true,
  Ready: true,
  Cordoned: true,
  Draining: true,
  Drained: true,
  NotReady: false,
  Lost: false,
}

const troubles: ReadonlySet<string> = new Set([
  nodeReasons.noAddress,
  nodeReasons.podRefused,
  nodeReasons.nameTaken,
  nodeReasons.unschedulable,
  nodeReasons.imagePull,
  nodeReasons.containerRefused,
  nodeReasons.crashLoop,
  nodeReasons.notAnswering,
  nodeReasons.slowStart,
])

/** A node that stays Pending: what keeps it, each time that it is something else. */
function troubleHappenings(
  before: MediaNodeStatus | undefined,
  { conditions: [ready] }: Planned<MediaNodeStatus>,
): readonly PlannedHappening[] {
  const known = before?.conditions?.find(({ type }) => type === ready?.type)?.reason
  if (ready === undefined || !troubles.has(ready.reason) || ready.reason === known) return []
  return [{ type: 'Warning', reason: ready.reason, message: ready.message }]
}

/** Who has nowhere to go, whatever the drain's own message says at that moment. */
function blockedHappenings(blockers: readonly Blocker[] = []): readonly PlannedHappening[] {
  const message = toldBlockers(blockers)
  return message === undefined ? [] : [{ type: 'Warning', reason: 'DrainBlocked', message }]
}

/** A drain that was cancelled before it was done, and one of which somebody has nowhere to go. */
function drainHappenings(before: MediaNodeStatus | undefined, after: Planned<MediaNodeStatus>): readonly PlannedHappening[] {
  const [was, is] = [before?.drain, after.drain]
  if (was !== undefined && is === undefined && before?.phase === 'Draining')
    return [{ type: 'Normal', reason: 'DrainCancelled', message: `no longer drained: ${was.reason}` }]
  return was?.blocked === true ? [] : blockedHappenings(is?.blockers)
}

/** What a MediaNode's next status makes of its last one. */
export function mediaNodeHappenings(
  before: MediaNodeStatus | undefined,
  after: Planned<MediaNodeStatus>,
): readonly PlannedHappening[] {
  const { phase = 'Pending' } = after
  const drain = drainHappenings(before, after)
  if (phase === (before?.phase ?? 'Pending')) return [...troubleHappenings(before, after), ...drain]
  const change: PlannedHappening = {
    type: isGood[phase] ? 'Normal' : 'Warning',
    reason: phase,
    message: after.conditions[0]?.message ?? phase,
  }
  return [change, ...drain]
}
