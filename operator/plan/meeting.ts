import type { MeetingStatus } from '../../crds/index.ts'
import { adHocLabel, adHocWrittenAfterMs } from '../ledger/meetings/adHoc.ts'
import type { StepPlace } from '../cascade/step.ts'
import type { MeetingView } from '../view/meetingView.ts'
import { doorMs, emptyUntilMs, endNow } from './meetingLife.ts'
import { phaseOf, planMeetingStatus, type MeetingPhase } from './meetingStatus.ts'
import { planOrders, type PlannedOrder } from './orders.ts'
import type { Planned } from './planned.ts'
import { planReplan, relaysUntilMs } from './replan.ts'
import { planCloses, planSegments, type PlannedClose } from './segments.ts'
import { turnedAwayUntilMs } from './turnedAway.ts'

/** What should be true of one meeting, and why. */
export interface MeetingPlan {
  /** The meeting ends now, for this reason. */
  readonly end: { readonly why: string } | undefined
  readonly phase: MeetingPhase
  readonly orders: readonly PlannedOrder[]
  readonly close: readonly PlannedClose[]
  /** What is left over from other incarnations; closed once that is confirmed. */
  readonly sweep: readonly PlannedClose[]
  /** What its object is to say; absent where it has none. */
  readonly status: Planned<MeetingStatus> | undefined
  /** An ad hoc meeting has lasted long enough to get an object. */
  readonly writeObject: boolean
  /** An object that is to go: only if it is still this one. */
  readonly deleteObject: { readonly uid: string; readonly why: string } | undefined
  /** When to look again, though nothing changes; monotonic milliseconds. */
  readonly wakeAtMs: number | undefined
}

/** When, by the wall clock, the meeting ended, as far as that is known. */
function endedAtWallMs(view: MeetingView): number {
  if (view.ended?.atMs !== undefined) return view.wallMs - (view.nowMs - view.ended.atMs)
  return view.endedToldAtWallMs ?? view.wallMs
}

/** When an object that is over is deleted; undefined where it stays. An ad hoc one goes as soon as nothing is left of the meeting. */
function deleteAtWallMs(view: MeetingView): number | undefined {
  const { object } = view
  if (object === undefined || view.ended === undefined) return undefined
  if (object.metadata.labels?.[adHocLabel] !== undefined) {
    return view.segments.length + view.strays.length === 0 ? view.wallMs : undefined
  }
  const ttlSeconds = object.spec.ttlSecondsAfterEnded
  return ttlSeconds === undefined ? undefined : endedAtWallMs(view) + ttlSeconds * 1000
}

function deletion(view: MeetingView): MeetingPlan['deleteObject'] {
  if (view.discardedUid !== undefined) return { uid: view.discardedUid, why: 'another meeting of its name has begun' }
  const atMs = deleteAtWallMs(view)
  if (view.object === undefined || atMs === undefined || view.wallMs < atMs) return undefined
  return { uid: view.object.metadata.uid, why: 'it has ended' }
}

/** When an ad hoc meeting gets its object; undefined where it has one or needs none. */
function writtenAtMs(view: MeetingView): number | undefined {
  const wanted =
    view.adHoc !== undefined && view.object === undefined && view.ended === undefined && view.discardedUid === undefined
  return wanted && view.segments.length > 0 ? (view.adHoc?.sinceMs ?? 0) + adHocWrittenAfterMs : undefined
}

function earliest(view: MeetingView, dueMs: readonly (number | undefined)[]): number | undefined {
  const ahead = dueMs.filter((atMs): atMs is number => atMs !== undefined && atMs > view.nowMs)
  return ahead.length === 0 ? undefined : Math.min(...ahead)
}

/** Plans one meeting: what its nodes are told, what its object says, and when it is over. */
export function planMeeting(seen: MeetingView): MeetingPlan {
  const end = endNow(seen)
  const view: MeetingView = end === undefined ? seen : { ...seen, ended: { ...end, atMs: seen.nowMs } }
  const ended = view.ended !== undefined
  const { stay, going, closeStrays, wakeAtMs } = planSegments(view, ended)
  const replan = ended ? { step: new Map<string, StepPlace>(), close: going } : planReplan(view, { stay, going })
  const phase = phaseOf(view, ended)
  const createAtMs = writtenAtMs(view)
  const deleteAtMs = deleteAtWallMs(view)
  return {
    end,
    phase,
    orders: planOrders(view, replan.step),
    close: planCloses(view, replan.close, ended ? 'ended' : 'replanned'),
    sweep: closeStrays,
    status: view.object === undefined ? undefined : planMeetingStatus(view, phase, stay),
    writeObject: createAtMs !== undefined && view.nowMs >= createAtMs,
    deleteObject: deletion(view),
    wakeAtMs: earliest(view, [
      wakeAtMs,
      ...relaysUntilMs(replan, going),
      emptyUntilMs(view),
      turnedAwayUntilMs(view),
      doorMs(view),
      view.nextExpiryMs,
      createAtMs,
      deleteAtMs === undefined ? undefined : view.nowMs + (deleteAtMs - view.wallMs),
    ]),
  }
}
