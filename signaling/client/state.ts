import type { Roster, RosterEntry, Track } from '../../sfu/api/roster.ts'
import type { Rights, Source } from '../../sfu/api/rights.ts'
import type { Speakers } from '../../sfu/api/session.ts'
import type { ChatMessage, Welcome } from '../api/protocol.ts'
import type { Life, Trouble } from './life.ts'

/** A chat message as its reader sees it: what the meeting has, and what this client still tries to say. */
export interface ChatEntry extends ChatMessage {
  readonly state: 'sent' | 'sending' | 'failed'
  /** Set on this client's own messages until they are sent; names the message to `retryChat`. */
  readonly clientMessageId: string | undefined
  /** Why it failed, where it did. */
  readonly trouble: Trouble | undefined
}

/** Something this client shows to the others. */
export interface Publication {
  readonly source: Source
  readonly track: MediaStreamTrack
  readonly muted: boolean
  readonly state: 'publishing' | 'live' | 'failed'
  readonly trouble: Trouble | undefined
}

/** A track of somebody else that this client receives, or wants to. */
export interface Subscription {
  readonly trackId: string
  readonly participant: string
  readonly source: Source
  /** What plays; kept from the last producer until the next one has something. */
  readonly track: MediaStreamTrack | undefined
  readonly producerId: string
  readonly state: 'consuming' | 'live' | 'failed'
  readonly trouble: Trouble | undefined
}

/** Someone in the meeting, whatever number of attachments they have at the moment (a move has two). */
export interface Participant {
  readonly participant: string
  readonly name: string
  readonly self: boolean
  readonly connected: boolean
  readonly joinedAtMs: number
  readonly node: string
  readonly tracks: readonly Track[]
}

/** How the way of the media is, apart from the socket. */
export type MediaPath = 'idle' | 'connecting' | 'connected' | 'interrupted' | 'failed'

/** Everything about the meeting that a page shows. Immutable: each change makes a new one. */
export interface MeetingState {
  readonly life: Life
  readonly meeting: Welcome['meeting'] | undefined
  readonly self:
    { readonly participant: string; readonly attachment: string; readonly name: string; readonly rights: Rights } | undefined
  readonly node: Welcome['node'] | undefined
  /** The media node as signaling sees it: `degraded` while it does not answer; media may go on. */
  readonly session: { readonly state: 'live' | 'degraded'; readonly why: string }
  readonly revision: number
  readonly roster: Roster
  readonly participants: readonly Participant[]
  readonly speakers: Speakers
  readonly chat: readonly ChatEntry[]
  readonly publications: ReadonlyMap<Source, Publication>
  readonly subscriptions: ReadonlyMap<string, Subscription>
  readonly sendPath: MediaPath
  readonly recvPath: MediaPath
  /** Why this machine has no media at all, where it has none. */
  readonly mediaTrouble: Trouble | undefined
}

/** The state before anything happened. */
export const emptyState: MeetingState = {
  life: { at: 'idle' },
  meeting: undefined,
  self: undefined,
  node: undefined,
  session: { state: 'live', why: '' },
  revision: 0,
  roster: new Map<string, RosterEntry>(),
  participants: [],
  speakers: { seq: 0, speakers: [] },
  chat: [],
  publications: new Map(),
  subscriptions: new Map(),
  sendPath: 'idle',
  recvPath: 'idle',
  mediaTrouble: undefined,
}
