import type { MeetingSpec } from '../../crds/index.ts'
import type { ConformanceMeeting } from './conformanceCalls.ts'

/** What the suite asks of a meeting, as the spec of a Meeting says it. */
export function meetingSpecOf(wish: ConformanceMeeting): Partial<MeetingSpec> {
  const { maxParticipants, locked = false, ended = false, regions, pools, startTime } = wish
  return {
    access: { locked },
    ended,
    ...(maxParticipants === undefined ? {} : { capacity: { maxParticipants } }),
    ...(regions === undefined ? {} : { regions: [...regions] }),
    ...(pools === undefined ? {} : { pools: [...pools] }),
    ...(startTime === undefined ? {} : { schedule: { startTime, openBeforeSeconds: 900 } }),
  }
}
