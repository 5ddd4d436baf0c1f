import type { z } from 'zod'

import type { Clock } from '../../kit/clock.ts'
import { CodedError } from '../../kit/errors.ts'
import { createPeer, type FrameSocket, type Incoming, type Peer } from '../../kit/peer.ts'
import { dialWebSocket } from '../../kit/wsClient.ts'
import { meetingKey, type MeetingRef } from './identity.ts'
import {
  closeReasons,
  maxSnapshotBytes,
  sessionsPath,
  sessionsSubprotocol,
  type SessionMethod,
  type SessionNotifications,
  type sessionRequests,
  type SessionResponses,
  type SessionSnapshot,
} from './session.ts'

type NotificationOf<Method extends keyof SessionNotifications> = {
  readonly [Each in Method]: { readonly method: Each; readonly data: SessionNotifications[Each] }
}[Method]

/** What a whole meeting is told, once a connection. */
export type MeetingNotification = NotificationOf<'roster' | 'speakers'>
/** What one session is told. After `superseded` and `closed` nothing more comes. */
export type SessionNotification = NotificationOf<Exclude<keyof SessionNotifications, 'roster' | 'speakers'>>

/** Methods of an open session; `attach` and `resume` open one, `away` leaves it for a while, `detach` ends it. */
export type CommandMethod = Exclude<SessionMethod, 'attach' | 'resume' | 'away' | 'detach'>
/** What a caller passes: defaults may be left out. */
export type SessionInput<Method extends SessionMethod> = z.input<(typeof sessionRequests)[Method]>

/** Options of {@link openSessionConnection}. */
export interface SessionConnectionOptions {
  /** Base URL of the media node's agent. */
  readonly url: string
  /** A fresh `session` token for that node. */
  readonly bearer: string
  readonly clock: Clock
  /** How long the WebSocket may take to open; default 3 s. */
  readonly dialTimeoutMs?: number
  /** How long an answer may take; default 10 s. */
  readonly requestTimeoutMs?: number
  /** Given up before it is open when this aborts. */
  readonly signal?: AbortSignal
  /** Called once, when nothing more will come; media of its sessions stays, and each may be resumed on another connection. */
  readonly onClose: (code: number, reason: string) => void
  /** Told why something that the agent told could not be taken in, for the log; the connection is closed then. */
  readonly onFault?: (error: unknown) => void
}

/** An open session of one participant. */
export interface OpenSession {
  readonly attachment: string
  /** What there was when it was opened. */
  readonly snapshot: SessionSnapshot
  /** Sends a command; rejects with the agent's coded error, `timeout`, or `unavailable` when the connection is lost. */
  request<Method extends CommandMethod>(method: Method, data: SessionInput<Method>): Promise<SessionResponses[Method]>
  /** Leaves the session to whoever resumes it: its client's socket is lost. Nothing more of it is heard here. */
  away(): Promise<void>
  /** Ends the session and its media. */
  detach(): Promise<void>
}

/** One WebSocket to one media node, for all sessions that this process has there. */
export interface SessionConnection {
  /**
   * Opens a session with a grant. `attachment` is the grant's own. `onNotification` may be called before this resolves; a roster
   * notification whose revision is not above the snapshot's is old and to be passed over. One that is not answered in time is given up: the
   * agent is told, so that nobody stands in the meeting of whom this process knows nothing.
   */
  attach(
    open: SessionInput<'attach'> & { attachment: string; onNotification: (told: SessionNotification) => void },
  ): Promise<OpenSession>
  /** Takes a session over from any connection, by a higher `sessionEpoch`. */
  resume(open: SessionInput<'resume'> & { onNotification: (told: SessionNotification) => void }): Promise<OpenSession>
  /**
   * Hears what a whole meeting is told while this connection has a session in it. Register before the first attach; returns what
   * stops it. Several listeners of one meeting are all called.
   */
  onMeeting(meeting: MeetingRef, listener: (told: MeetingNotification) => void): () => void
  /** Closes the WebSocket; sessions go away, their media stays until they are resumed or too long away. */
  close(): void
  readonly closed: boolean
}

const defaultDialTimeoutMs = 3_000
const defaultRequestTimeoutMs = 10_000
/** An agent that answered no ping for this long is gone, whatever the network says. */
const pingPeriodMs = 5_000
/** How long the answer to a `detach` of an attachment that was given up may take; nobody waits for it. */
const givenUpTimeoutMs = 5_000
/** The agent asks nothing of signaling: one more than none, so that a stray request is answered, not dropped. */
const maxConcurrentRequests = 1
/** WebSocket close codes of an orderly end, and of what nobody expected (RFC 6455, 7.4.1). */
const normalClosure = 1000
const internalError = 1011

/** A newer agent may close a session for a reason that is not known here: what is left to its client is to join again. */
function known(told: SessionNotification): SessionNotification {
  const isKnown = told.method !== 'closed' || Object.hasOwn(closeReasons, told.data.reason)
  return isKnown ? told : { method: 'closed', data: { reason: 'segment_closed' } }
}

/** Opens the connection; rejects with `unavailable` or `timeout`. The caller dials again, with backoff, when it is lost. */
export async function openSessionConnection(options: SessionConnectionOptions): Promise<SessionConnection> {
  const socket = await dialWebSocket({
    url: `${options.url}${sessionsPath}`,
    subprotocol: sessionsSubprotocol,
    bearer: options.bearer,
    timeoutMs: options.dialTimeoutMs ?? defaultDialTimeoutMs,
    maxFrameBytes: maxSnapshotBytes,
    keepAlive: { clock: options.clock, periodMs: pingPeriodMs },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
  return sessionConnectionOver(socket, options)
}

/** The same over a socket that is open already. */
export function sessionConnectionOver(
  socket: FrameSocket,
  options: Pick<SessionConnectionOptions, 'clock' | 'requestTimeoutMs' | 'onClose' | 'onFault'>,
): SessionConnection {
  const sessions = new Map<string, (told: SessionNotification) => void>()
  const meetings = new Map<string, Set<(told: MeetingNotification) => void>>()

  /** The agent is trusted (it was dialled, and shown a token), so its notifications are taken as their types say. */
  function onNotification({ method, data, channel = '' }: Incoming): void {
    if (method === 'roster' || method === 'speakers') {
      for (const listener of meetings.get(channel) ?? []) listener({ method, data } as MeetingNotification)
      return
    }
    const told = known({ method, data } as SessionNotification)
    const listener = sessions.get(channel)
    if (method === 'closed' || method === 'superseded') sessions.delete(channel)
    listener?.(told)
  }

  /** What cannot be taken in ends this connection, and not the process with those to all other nodes. */
  function takeIn(incoming: Incoming): void {
    try {
      onNotification(incoming)
    } catch (thrown) {
      options.onFault?.(thrown)
      peer.close(internalError, 'a notification could not be taken in')
    }
  }

  const peer: Peer = createPeer({
    socket,
    clock: options.clock,
    requestTimeoutMs: options.requestTimeoutMs ?? defaultRequestTimeoutMs,
    maxConcurrentRequests,
    onRequest: () => Promise.resolve(undefined),
    onNotification: takeIn,
    onClose(code, reason) {
      sessions.clear()
      options.onClose(code, reason)
    },
  })

  /**
   * The agent may have let them in all the same, or may do so yet: frames keep their order, so that it hears of this after the attach. Where the
   * connection is lost instead, the agent knows that nobody speaks for them.
   */
  function giveUp(attachment: string): void {
    peer.request('detach', {}, { channel: attachment, timeoutMs: givenUpTimeoutMs }).catch(() => undefined)
  }

  async function open(
    method: 'attach' | 'resume',
    of: { attachment: string; data: unknown; onNotification: (told: SessionNotification) => void },
  ): Promise<OpenSession> {
    const { attachment } = of
    const before = sessions.get(attachment)
    sessions.set(attachment, of.onNotification)
    /** A later resume of the same attachment has put its own listener here. */
    const forget = (): void => {
      if (sessions.get(attachment) === of.onNotification) sessions.delete(attachment)
    }
    try {
      const snapshot = (await peer.request(method, of.data, { channel: attachment })) as SessionSnapshot
      return {
        attachment,
        snapshot,
        request: (command, data) => peer.request(command, data, { channel: attachment }) as never,
        async away() {
          forget()
          await peer.request('away', {}, { channel: attachment })
        },
        async detach() {
          forget()
          await peer.request('detach', {}, { channel: attachment })
        },
      }
    } catch (error) {
      if (before) sessions.set(attachment, before)
      else sessions.delete(attachment)
      if (method === 'attach' && error instanceof CodedError && error.code === 'timeout') giveUp(attachment)
      throw error
    }
  }

  return {
    attach: ({ attachment, onNotification: listener, ...data }) => open('attach', { attachment, data, onNotification: listener }),
    resume: ({ onNotification: listener, ...data }) =>
      open('resume', { attachment: data.attachment, data, onNotification: listener }),
    onMeeting(meeting, listener) {
      const key = meetingKey(meeting)
      const listeners = meetings.get(key) ?? new Set()
      meetings.set(key, listeners.add(listener))
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) meetings.delete(key)
      }
    },
    close: () => peer.close(normalClosure, 'done'),
    get closed() {
      return peer.closed
    },
  }
}
