import { specDefaults } from '../../crds/index.ts'
import { kubeTime } from '../../kit/kubeTime.ts'
import { endsAtWallMs, opensAtWallMs, startsAtWallMs } from '../ledger/meetings/schedule.ts'
import type { MeetingView } from '../view/meetingView.ts'

const emptyTimeoutMs = ({ object }: MeetingView): number =>
  (object?.spec.emptyTimeoutSeconds ?? specDefaults.Meeting.emptyTimeoutSeconds) * 1_000

/** A moment of the wall clock by the monotonic one; `otherwise` where there is none. */
const monotonic = ({ nowMs, wallMs }: MeetingView, atWallMs: number | undefined, otherwise: number): number =>
  atWallMs === undefined ? otherwise : nowMs + (atWallMs - wallMs)

/** When its door opens, by the monotonic clock; undefined where it has none. */
export function doorMs(view: MeetingView): number | undefined {
  const atWallMs = opensAtWallMs(view.object)
  return atWallMs === undefined || view.ended !== undefined ? undefined : monotonic(view, atWallMs, view.nowMs)
}

interface Limit {
  readonly atMs: number
  /** Why it has ended then. */
  readonly why: string
  /** Until when it goes on, in words that stay the same while it does. */
  readonly until: string
}

/**
 * It stood empty for its timeout, of which what lies before its beginning does not count; one that nobody ever joined waits on. One that was made
 * by a join was joined: without an incarnation its object is left over from an operator that died.
 */
function emptyLimit(view: MeetingView, emptySinceMs: number): Limit | undefined {
  if (view.incarnation === undefined && view.adHoc === undefined) return undefined
  const fromMs = Math.max(emptySinceMs, monotonic(view, startsAtWallMs(view.object), -Infinity))
  const timeout = `${emptyTimeoutMs(view) / 1_000} s`
  const from = startsAtWallMs(view.object) === undefined ? '' : ', counted from spec.schedule.startTime at the earliest'
  return {
    atMs: fromMs + emptyTimeoutMs(view),
    why: `everybody had left for ${timeout}`,
    until: `until it has stood empty for ${timeout} (spec.emptyTimeoutSeconds)${from}`,
  }
}

/** Its time is over, and nobody is in it. */
function scheduleLimit(view: MeetingView, emptySinceMs: number): Limit | undefined {
  const endWallMs = endsAtWallMs(view.object)
  if (endWallMs === undefined) return undefined
  const field = `(spec.schedule.endTime ${kubeTime(endWallMs)})`
  return {
    atMs: Math.max(emptySinceMs, monotonic(view, endWallMs, Infinity)),
    why: `nobody was in it when its time was over ${field}`,
    until: `until its time is over ${field}`,
  }
}

/** What ends the meeting first if it stays as empty as it is; undefined where somebody is there, or may be. */
function limitOf(view: MeetingView): Limit | undefined {
  const { emptySinceMs } = view
  if (view.ended !== undefined || view.unheard.length > 0 || emptySinceMs === undefined) return undefined
  const limits = [emptyLimit(view, emptySinceMs), scheduleLimit(view, emptySinceMs)].filter((limit) => limit !== undefined)
  return limits.toSorted((a, b) => a.atMs - b.atMs)[0]
}

/** When the meeting ends if it stays as empty as it is; monotonic milliseconds. */
export const emptyUntilMs = (view: MeetingView): number | undefined => limitOf(view)?.atMs

/** That everybody has left, and until when it goes on all the same. */
export function emptyWords(view: MeetingView): string {
  const limit = limitOf(view)
  return limit === undefined ? 'everybody has left' : `everybody has left; it goes on ${limit.until}`
}

/** Whether the meeting ends now, and why. */
export function endNow(view: MeetingView): { why: string } | undefined {
  if (view.ended !== undefined) return undefined
  if (view.object?.spec.ended === true) return { why: 'ended by spec.ended' }
  const limit = limitOf(view)
  return limit === undefined || view.nowMs < limit.atMs ? undefined : { why: limit.why }
}
