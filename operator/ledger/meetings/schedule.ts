import type { Meeting } from '../../../crds/index.ts'
import { kubeTimeMs } from '../../../kit/kubeTime.ts'

type Scheduled = Pick<Meeting, 'spec'> | undefined

/** When the meeting begins, by the wall clock; undefined where it is not scheduled. */
export const startsAtWallMs = (meeting: Scheduled): number | undefined => kubeTimeMs(meeting?.spec.schedule.startTime)

/** When it is over, by the wall clock; undefined where nothing says so. */
export const endsAtWallMs = (meeting: Scheduled): number | undefined => kubeTimeMs(meeting?.spec.schedule.endTime)

/** When its door opens, by the wall clock; undefined where it is open. */
export function opensAtWallMs(meeting: Scheduled): number | undefined {
  const startMs = startsAtWallMs(meeting)
  return startMs === undefined ? undefined : startMs - (meeting?.spec.schedule.openBeforeSeconds ?? 0) * 1_000
}
