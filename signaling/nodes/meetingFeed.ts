import type { RosterChange, RosterEntry } from '../../sfu/api/roster.ts'
import type { MeetingRef } from '../../sfu/api/identity.ts'
import type { SessionSnapshot, Speakers } from '../../sfu/api/session.ts'
import type { MeetingNotification, SessionConnection } from '../../sfu/api/sessionClient.ts'
import { ShownPeople } from './shownPeople.ts'

/** A client that is told what a meeting on its media node becomes. */
export interface FeedMember {
  tell(told: MeetingNotification): void
}

/** What a client needs to begin with; notifications go on from it, each with the next revision. */
export interface FeedState {
  readonly revision: number
  readonly roster: readonly RosterEntry[]
  readonly speakers: Speakers
}

/**
 * One meeting on one media node, as its connection tells it: once for all clients that this replica has there. The roster is kept, so
 * that after a lost connection the clients are told the difference instead of everything. Revisions are counted anew for the clients:
 * theirs have no gaps, whatever the connection went through. And they are shown each person once (`ShownPeople`): one stay ends in the step in
 * which the next begins.
 */
export interface MeetingFeed {
  /** One more user. */
  retain(): void
  /** One user less; the last one ends the feed. */
  release(): void
  /** Takes the snapshot of a session that was attached or resumed just now; members are told what it adds. */
  take(snapshot: Pick<SessionSnapshot, 'revision' | 'roster' | 'speakers'>): void
  /** The meeting as it is; what changes from here on is told to `member` until the returned function is called. */
  join(member: FeedMember): { readonly state: FeedState; readonly leave: () => void }
  /** Listens to a connection; called at each new one. */
  plug(connection: SessionConnection): void
  /** The connection is lost: the next snapshot counts, whatever its revision. */
  unplug(): void
}

interface Told {
  readonly revision: number
  readonly changes: readonly RosterChange[]
}

/** Makes the feed of a meeting; `onEnd` is called when nobody uses it any more. */
export function createMeetingFeed(meeting: MeetingRef, onEnd: () => void): MeetingFeed {
  const members = new Set<FeedMember>()
  let users = 0
  const people = new ShownPeople()
  /** What the media node counted last on this connection. */
  let heardRevision = 0
  /** What the clients were told last. */
  let toldRevision = 0
  let speakers: Speakers = { seq: 0, speakers: [] }
  /** Notifications that came before the first snapshot of this connection; undefined once there was one. */
  let early: Told[] | undefined = []
  let stop: (() => void) | undefined

  function tell(told: MeetingNotification): void {
    for (const member of [...members]) member.tell(told)
  }

  function toldNow(revision: number, changes: readonly RosterChange[]): void {
    heardRevision = revision
    if (changes.length > 0) tell({ method: 'roster', data: { revision: ++toldRevision, changes } })
  }

  function onRoster(told: Told): void {
    if (early) early.push(told)
    else if (told.revision > heardRevision) toldNow(told.revision, people.step(told.changes))
  }

  function onSpeakers(told: Speakers): void {
    speakers = told
    tell({ method: 'speakers', data: told })
  }

  function unplug(): void {
    stop?.()
    stop = undefined
    early = []
  }

  return {
    retain: () => void users++,
    release() {
      if (--users > 0) return
      unplug()
      onEnd()
    },
    take(snapshot) {
      const waiting = early
      if (waiting === undefined && snapshot.revision <= heardRevision) return
      early = undefined
      toldNow(snapshot.revision, people.replace(snapshot.roster))
      speakers = snapshot.speakers
      for (const told of waiting ?? []) onRoster(told)
    },
    join(member) {
      members.add(member)
      return {
        state: { revision: toldRevision, roster: people.entries(), speakers },
        leave: () => void members.delete(member),
      }
    },
    plug(connection) {
      stop = connection.onMeeting(meeting, ({ method, data }) => (method === 'roster' ? onRoster(data) : onSpeakers(data)))
    },
    unplug,
  }
}
