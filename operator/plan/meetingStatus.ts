import { conditionReasons, conditionTypes, type MeetingSegment, type MeetingStatus } from '../../crds/index.ts'
import { kubeTime } from '../../kit/kubeTime.ts'
import { opensAtWallMs } from '../ledger/meetings/schedule.ts'
import type { MeetingView, SegmentView } from '../view/meetingView.ts'
import { cascadeOf, toldOf } from './cascadeOf.ts'
import { planLastMoves } from './lastMoves.ts'
import { emptyWords } from './meetingLife.ts'
import { fitting, type Planned, type PlannedCondition } from './planned.ts'
import { peopleStep } from './steps.ts'
import { toldTurnedAway } from './turnedAway.ts'

export type MeetingPhase = NonNullable<MeetingStatus['phase']>

const reasons = conditionReasons.Meeting
/** Which phase a meeting is in. Times count by the operator's own observation. */
export function phaseOf(view: MeetingView, ended: boolean): MeetingPhase {
  if (ended) return 'Ended'
  if (view.people > 0) return 'Active'
  if (view.incarnation !== undefined) return 'Empty'
  return isBeforeDoor(view) ? 'Scheduled' : 'Waiting'
}

const isBeforeDoor = ({ object, wallMs }: MeetingView): boolean => (opensAtWallMs(object) ?? -Infinity) > wallMs

/** When its door opens, in words. */
const doorWords = ({ object, wallMs }: MeetingView): string => `its door opens at ${kubeTime(opensAtWallMs(object) ?? wallMs)}`

function segmentStatus(view: MeetingView, stay: readonly SegmentView[]): readonly MeetingSegment[] {
  const places = cascadeOf(view, stay)
  return stay
    .toSorted((a, b) => a.createdAtMs - b.createdAtMs || (a.node < b.node ? -1 : 1))
    .map(({ node, region, why, report }) => {
      const told = toldOf(places.get(node), why)
      return {
        ...{ node, region, ...told, why: fitting(told.why) },
        generation: report?.generation ?? 0,
        fallback: report?.fallback ?? false,
      }
    })
}

const quiet = (stay: readonly SegmentView[]): readonly SegmentView[] =>
  stay.filter(({ nodeState }) => nodeState === 'silent' || nodeState === 'lost' || nodeState === 'wrong')

function readyCondition(view: MeetingView, phase: MeetingPhase, stay: readonly SegmentView[]): PlannedCondition {
  const type = conditionTypes.ready
  const silent = quiet(stay).map(({ node }) => node)
  if (phase === 'Ended') return { type, status: 'False', reason: reasons.ended, message: view.ended?.why ?? 'it has ended' }
  if (view.stalled !== undefined)
    return { type, status: 'False', reason: stallReason(view.stalled.code), message: fitting(view.stalled.reason) }
  if (silent.length > 0) {
    return {
      type,
      status: 'False',
      reason: reasons.nodeSilent,
      message: fitting(`${silent.join(', ')} is silent; its people are left where they are`),
    }
  }
  if (phase === 'Scheduled') return { type, status: 'False', reason: reasons.scheduled, message: doorWords(view) }
  const turned = toldTurnedAway(view, stay)
  if (turned?.isForNodes === true) return { type, status: 'False', reason: reasons.noMediaNode, message: fitting(turned.words) }
  if (stay.length === 0) return { type, status: 'True', reason: reasons.waiting, message: 'the first join places it' }
  return { type, status: 'True', reason: reasons.placed, message: fitting(`on ${stay.map(({ node }) => node).join(', ')}`) }
}

function stallReason(code: string): string {
  if (code === 'meeting_invalid') return reasons.poolMissing
  if (code === 'no_pool_selected') return reasons.poolUnmatched
  return code === 'no_pool' ? reasons.poolForbidden : reasons.regionMissing
}

/** What keeps it from nothing now, and is a mistake all the same. */
function unharmed({ poolsMissing, regionsMissing }: MeetingView): string {
  const pools = poolsMissing.length === 0 ? [] : [`spec.pools names what does not exist: ${poolsMissing.join(', ')}`]
  const regions =
    regionsMissing.length === 0 ? [] : [`spec.regions names where none of its pools stands: ${regionsMissing.join(', ')}`]
  const mistakes = [...pools, ...regions]
  return ['nothing stands in its way', ...(mistakes.length === 0 ? [] : [`though ${mistakes.join('; ')}`])].join(', ')
}

function stalledCondition(view: MeetingView): PlannedCondition {
  const { stalled } = view
  return stalled === undefined
    ? { type: conditionTypes.stalled, status: 'False', reason: reasons.progressing, message: fitting(unharmed(view)) }
    : { type: conditionTypes.stalled, status: 'True', reason: stallReason(stalled.code), message: fitting(stalled.reason) }
}

/** Where it is, and why there, or why nowhere. */
function whyThere(view: MeetingView, phase: MeetingPhase, stay: readonly SegmentView[]): string {
  if (phase === 'Empty') return emptyWords(view)
  if (stay.length === 0) return phase === 'Waiting' ? 'nobody has joined yet' : 'no media node hosts it'
  return stay.map(({ node, why }) => `${node}: ${why}`).join('; ')
}

/** Why the meeting is where and what it is, in one line. */
export function whyMeeting(view: MeetingView, phase: MeetingPhase, stay: readonly SegmentView[]): string {
  if (phase === 'Ended') return fitting(view.ended?.why ?? 'it has ended')
  if (view.stalled !== undefined && stay.length === 0) return fitting(view.stalled.reason)
  if (phase === 'Scheduled') return doorWords(view)
  const turned = toldTurnedAway(view, stay)
  return fitting([whyThere(view, phase, stay), ...(turned === undefined ? [] : [turned.words])].join('; '))
}

/** What the Meeting object is to say of itself. */
export function planMeetingStatus(view: MeetingView, phase: MeetingPhase, stay: readonly SegmentView[]): Planned<MeetingStatus> {
  const segments = [...segmentStatus(view, stay), ...(phase === 'Ended' ? [] : view.unheard)]
  return {
    phase,
    ...(view.incarnation === undefined ? {} : { incarnation: view.incarnation }),
    nodes: segments.map(({ node }) => node).join(','),
    segments,
    participants: peopleStep(phase === 'Ended' ? 0 : view.people),
    ...planLastMoves(view),
    why: whyMeeting(view, phase, stay),
    conditions: [readyCondition(view, phase, stay), stalledCondition(view)],
  }
}
