import { applyChange, rosterOf, type Roster, type RosterEntry } from '../../sfu/api/roster.ts'
import type { Speakers } from '../../sfu/api/session.ts'
import type { ClientNotifications, Welcome } from '../api/protocol.ts'
import { shownStay } from '../api/shownStay.ts'
import { chatOfWelcome } from './chat.ts'
import type { MeetingState, Participant } from './state.ts'

/**
 * The people of a roster, in the order they joined. A server shows each by one stay; whoever has several all the same, as of an earlier server
 * while it is replaced, is one person here too.
 */
export function participantsOf(roster: Roster, self: string | undefined): Participant[] {
  const stays = new Map<string, RosterEntry[]>()
  for (const entry of roster.values()) stays.set(entry.participant, [...(stays.get(entry.participant) ?? []), entry])
  const people = [...stays].flatMap(([participant, entries]): Participant[] => {
    const stay = shownStay(entries)
    if (stay === undefined) return []
    const { name, connected, node, joinedAtMs, tracks } = stay
    return [{ participant, name, connected, node, joinedAtMs, self: participant === self, tracks }]
  })
  return people.toSorted((a, b) => a.joinedAtMs - b.joinedAtMs || (a.participant < b.participant ? -1 : 1))
}

/** The state after the answer to `join` or `resume`. */
export function withWelcome(state: MeetingState, welcome: Welcome): MeetingState {
  const roster = rosterOf(welcome.roster)
  return {
    ...state,
    meeting: welcome.meeting,
    self: welcome.self,
    // A resume is where it was: why it is there was told when it came.
    node: state.self?.attachment === welcome.self.attachment ? state.node : welcome.node,
    session: { state: 'live', why: '' },
    revision: welcome.revision,
    roster,
    participants: participantsOf(roster, welcome.self.participant),
    speakers: welcome.speakers,
    chat: chatOfWelcome(state.chat, welcome.chat),
  }
}

/**
 * The state after steps of the roster; `gap` where a step before them is missing, and only a snapshot helps. Steps that the snapshot
 * held already change nothing.
 */
export function withRoster(state: MeetingState, step: ClientNotifications['roster']): MeetingState | 'gap' {
  if (step.revision <= state.revision) return state
  if (step.revision > state.revision + 1) return 'gap'
  const roster = step.changes.reduce(applyChange, state.roster)
  return { ...state, revision: step.revision, roster, participants: participantsOf(roster, state.self?.participant) }
}

/** The state after a list of speakers; an older one than the last changes nothing. */
export function withSpeakers(state: MeetingState, speakers: Speakers): MeetingState {
  return speakers.seq > state.speakers.seq ? { ...state, speakers } : state
}
