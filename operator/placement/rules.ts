import { kubeTime } from '../../kit/kubeTime.ts'
import type { MeetingEntry } from '../ledger/meetings/meetingEntry.ts'
import { opensAtWallMs } from '../ledger/meetings/schedule.ts'
import type { PlacementView, Refusal, Wish } from './view.ts'

type Moment = Pick<PlacementView, 'nowMs' | 'wallMs'>

/** A rule of a meeting and what it refuses. The first refusal is the one that people read, so order is meaning. */
interface Rule {
  readonly code: Refusal['code']
  readonly refuses: (meeting: MeetingEntry, wish: Wish, at: Moment) => string | undefined
}

const isEnded = (meeting: MeetingEntry): boolean => meeting.ended !== undefined || meeting.object?.spec.ended === true

/** What a meeting lets in, whatever the nodes have room for. */
export const rules: readonly Rule[] = [
  {
    code: 'meeting_ended',
    refuses: (meeting) =>
      isEnded(meeting) ? `${meeting.key} has ended: ${meeting.ended?.why ?? 'ended by spec.ended'}` : undefined,
  },
  {
    code: 'meeting_not_started',
    refuses(meeting, wish, { nowMs, wallMs }) {
      const opensMs = opensAtWallMs(meeting.object)
      if (opensMs === undefined || wallMs >= opensMs || meeting.people.knows(wish.participant, nowMs)) return undefined
      return `${meeting.key} has not started: its door opens at ${kubeTime(opensMs)}`
    },
  },
  {
    code: 'meeting_locked',
    refuses: (meeting, wish, { nowMs }) =>
      meeting.object?.spec.access.locked === true && !meeting.people.knows(wish.participant, nowMs)
        ? `${meeting.key} is locked by spec.access.locked`
        : undefined,
  },
  {
    code: 'meeting_full',
    refuses({ object, people, key }, { participant, rights }) {
      const capacity = object?.spec.capacity?.maxParticipants
      if (capacity === undefined || rights.hidden || people.isSeated(participant)) return undefined
      // Where too many are in (by fallback, or since the capacity was lowered), a seat that is kept for who is out is none: no node lets them in.
      if (people.seatsBeside(participant) < capacity) return undefined
      return capacity === 1 ? `the only place of ${key} is taken` : `all ${capacity} places of ${key} are taken`
    },
  },
]

/** The first rule that keeps the participant out, or undefined. */
export function refusalOf(meeting: MeetingEntry, wish: Wish, at: Moment): Refusal | undefined {
  for (const { code, refuses } of rules) {
    const reason = refuses(meeting, wish, at)
    if (reason !== undefined) return { code, reason }
  }
  return undefined
}
