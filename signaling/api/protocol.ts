import { z } from 'zod'

import { displayName, maxRegions, nodeName, regionName } from '../../sfu/api/identity.ts'
import type { Rights } from '../../sfu/api/rights.ts'
import type { RosterChange, RosterEntry } from '../../sfu/api/roster.ts'
import type { RtpCapabilities } from '../../sfu/api/rtp.ts'
import {
  sessionRequests,
  type CloseReason,
  type SessionNotifications,
  type SessionResponses,
  type Speakers,
} from '../../sfu/api/session.ts'

/**
 * The client protocol: frames in protoo's shapes (kit/peer.ts) over one WebSocket, `/v1/client`, subprotocol `protoo`. The first request
 * is `join` or `resume`; until one succeeds every other is refused. Media follows mediasoup-client's flow: load the device with
 * `routerRtpCapabilities`, create transports, connect, produce, consume (created paused), resume.
 *
 * The connection is closed by the server with 1008 (a frame that is not of the protocol), 1009 (a frame over 256 KiB), 4000 (the session
 * ended; the `closed` notification before it says why), 4001 (no join within 10 s) and 1001 (this replica stops: resume at another).
 * A client that does not read what it is sent is cut off without a close frame.
 */
export const clientPath = '/v1/client'
export const clientSubprotocol = 'protoo'
export const clientCloseCodes = { goingAway: 1001, badFrame: 1008, tooLarge: 1009, ended: 4000, joinTimeout: 4001 } as const
export const joinTimeoutMs = 10_000

/** Longest chat message in characters (UTF-16 units, as browsers count). */
export const maxChatLength = 2_000
export const reactionEmojis = ['👍', '👏', '❤️', '😂', '😮', '🎉'] as const

/**
 * Requests that the media node answers; signaling checks them and passes them on. A media node passes over fields that it does not know, since it
 * may be older than whoever asks; a client is told.
 */
export const mediaRequests = {
  createTransport: sessionRequests.createTransport.strict(),
  connectTransport: sessionRequests.connectTransport.strict(),
  restartIce: sessionRequests.restartIce.strict(),
  closeTransport: sessionRequests.closeTransport.strict(),
  produce: sessionRequests.produce.strict(),
  pauseProducer: sessionRequests.pauseProducer.strict(),
  resumeProducer: sessionRequests.resumeProducer.strict(),
  closeProducer: sessionRequests.closeProducer.strict(),
  consume: sessionRequests.consume.strict(),
  pauseConsumer: sessionRequests.pauseConsumer.strict(),
  resumeConsumer: sessionRequests.resumeConsumer.strict(),
  closeConsumer: sessionRequests.closeConsumer.strict(),
  setPreferredLayers: sessionRequests.setPreferredLayers.strict(),
  requestKeyFrame: sessionRequests.requestKeyFrame.strict(),
} as const
export type MediaMethod = keyof typeof mediaRequests

/** Requests of a client, by method: what `data` must be. */
export const clientRequests = {
  join: z.strictObject({
    token: z.string().max(8192),
    /** Shown to people; needed where the token names nobody. */
    displayName: displayName.optional(),
    region: regionName.optional(),
    rttsMs: z
      .record(regionName, z.number().min(0).max(60_000))
      .refine((rtts) => Object.keys(rtts).length <= maxRegions, `must name at most ${maxRegions} regions`)
      .optional(),
    /** Takes the place of an earlier session of the same person (a reloaded page): its resume token. */
    replaces: z.string().max(4096).optional(),
    /** Media nodes that just failed this client. */
    excludeNodes: z.array(nodeName).max(16).optional(),
  }),
  /** Goes on with a session after the socket was lost, on any replica; media was never touched. */
  resume: z.strictObject({ resumeToken: z.string().max(4096), sessionEpoch: z.int().min(1) }),
  leave: z.strictObject({}),
  sendChat: z.strictObject({
    text: z
      .string()
      .max(maxChatLength, `must be at most ${maxChatLength} characters long`)
      .refine((text) => text.trim() !== '', 'must not be empty'),
    /** Made by the client; a retry with the same id is one message. */
    clientMessageId: z.string().min(8).max(64),
  }),
  react: z.strictObject({ emoji: z.enum(reactionEmojis) }),
  ...mediaRequests,
} as const
export type ClientMethod = keyof typeof clientRequests
export type ClientRequest<Method extends ClientMethod> = z.input<(typeof clientRequests)[Method]>

/** A chat message, in the order of the meeting's stream. */
export interface ChatMessage {
  /** Position in the stream; rising. */
  readonly id: string
  readonly participant: string
  readonly name: string
  readonly text: string
  readonly atMs: number
}

/** A STUN or TURN server, as the browser's RTCPeerConnection takes it. */
export interface IceServer {
  readonly urls: string | readonly string[]
  readonly username?: string
  readonly credential?: string
}

/** The answer to `join` and `resume`: everything that a client shows. */
export interface Welcome {
  readonly meeting: { readonly namespace: string; readonly name: string; readonly incarnation: string; readonly title: string }
  readonly self: { readonly participant: string; readonly attachment: string; readonly name: string; readonly rights: Rights }
  /** The media node that serves this client, and why. */
  readonly node: { readonly name: string; readonly region: string; readonly reason: string }
  readonly sessionEpoch: number
  /** For `resume`, and for `replaces` of a later `join`. */
  readonly resumeToken: string
  readonly iceServers: readonly IceServer[]
  readonly routerRtpCapabilities: RtpCapabilities
  readonly revision: number
  readonly roster: readonly RosterEntry[]
  readonly speakers: Speakers
  /** The last messages, oldest first. */
  readonly chat: readonly ChatMessage[]
  /** What of the session's media is still there; after `join` all are empty. */
  readonly transports: readonly { readonly id: string; readonly direction: 'send' | 'recv' }[]
  readonly producerIds: readonly string[]
  readonly consumerIds: readonly string[]
}

/** Answers, by method. */
export interface ClientResponses extends Pick<SessionResponses, MediaMethod> {
  join: Welcome
  resume: Welcome
  leave: Record<string, never>
  /** TURN credentials live five minutes only: whatever connects anew is given fresh ones. */
  createTransport: SessionResponses['createTransport'] & { readonly iceServers: readonly IceServer[] }
  restartIce: SessionResponses['restartIce'] & { readonly iceServers: readonly IceServer[] }
  /** Acknowledged once the message stands in the stream. */
  sendChat: { readonly id: string; readonly atMs: number }
  react: Record<string, never>
}

/** Notifications of the server, by method. */
export interface ClientNotifications extends Pick<
  SessionNotifications,
  'speakers' | 'consumerClosed' | 'consumerMoved' | 'consumerLayers' | 'transportState'
> {
  roster: { readonly revision: number; readonly changes: readonly RosterChange[] }
  chat: ChatMessage
  reaction: { readonly participant: string; readonly name: string; readonly emoji: string }
  /**
   * The media node cannot be reached from signaling now (`degraded`), or can again (`live`). Media goes on meanwhile. `rejoin`: the
   * session is lost; join again with `replaces`, and `excludeNodes` where given. `reason` is the media node's, where it ended the session:
   * with `node_draining` or `moved` nothing is broken, the client is only moved.
   */
  session: {
    readonly state: 'live' | 'degraded' | 'rejoin'
    readonly why: string
    readonly reason?: CloseReason
    readonly excludeNodes?: readonly string[]
  }
  /**
   * While a `join` is not answered: all media nodes are full and others are about to start, or others wait longer; 1 is next. Told each time
   * that signaling has asked again, every few seconds; the answer follows when it is their turn.
   */
  waiting: { readonly position: number; readonly why: string }
  /** The session ended; the socket closes with 4000 after it. */
  closed: { readonly code: ClosedCode; readonly why: string }
}

export type ClosedCode = 'left' | 'meeting_ended' | 'replaced' | 'removed'
