import { applyChange, rosterOf, type Roster, type RosterEntry, type Track } from '../../sfu/api/roster.ts'
import type { Speakers } from '../../sfu/api/session.ts'
import type { ClientNotifications, Welcome } from '../api/protocol.ts'
import { chatOfWelcome } from './chat.ts'
import type { MeetingState, Participant } from './state.ts'

/** The tracks of one person over their attachments: of each source the newest attachment's. */
function tracksOf(entries: readonly RosterEntry[]): Track[] {
  const bySource = new Map<string, Track>()
  for (const entry of entries) for (const track of entry.tracks) bySource.set(track.source, track)
  return [...bySource.values()]
}

/**
 * The people of a roster, in the order they joined. Entries of one person are one: attachments are ULIDs, so the greatest is the
 * newest, and who changes media node stands there twice for a moment.
 */
export function participantsOf(roster: Roster, self: string | undefined): Participant[] {
  const entriesOf = new Map<string, RosterEntry[]>()
  const byAttachment = [...roster.values()].toSorted((a, b) => (a.attachment < b.attachment ? -1 : 1))
  for (const entry of byAttachment) entriesOf.set(entry.participant, [...(entriesOf.get(entry.participant) ?? []), entry])
  const people = [...entriesOf].flatMap(([participant, entries]): Participant[] => {
    const newest = entries.at(-1)
    if (!newest) return []
    const joinedAtMs = Math.min(...entries.map((entry) => entry.joinedAtMs))
    const { name, connected, node } = newest
    return [{ participant, name, connected, node, joinedAtMs, self: participant === self, tracks: tracksOf(entries) }]
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
