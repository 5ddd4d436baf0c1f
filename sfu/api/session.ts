import { z } from 'zod'

import { meetingRef, participantId, ulid } from './identity.ts'
import { source, type rights } from './rights.ts'
import type { rosterChange, rosterEntry } from './roster.ts'
import {
  dtlsParameters,
  kind,
  rtpCapabilities,
  rtpParameters,
  type RtpCapabilities,
  type RtpParameters,
  type TransportParameters,
} from './rtp.ts'

/**
 * The session protocol: signaling to media node agent, frames of kit/peer.ts over one WebSocket (`/v1/sessions`) a replica and node.
 * A session's frames carry its attachment as `channel`; what concerns a whole meeting (`roster`, `speakers`) carries the meeting key
 * and is sent once a connection, however many of its sessions are in that meeting.
 *
 * | a session is | entered by                             | leaves by                                                          |
 * | live         | attach, or resume by a higher epoch    | connection lost, `away`: away; detach, replaced, segment ends: gone |
 * | away         | connection lost, `away`                | resume within 60 s: live; else gone                                |
 * | moved away   | `closed` with `node_draining`, `moved` | 5 s after a later attachment on another node, or 20 s: gone        |
 */
export const sessionsPath = '/v1/sessions'
export const sessionsSubprotocol = 'parley.sessions.v1'
/** How long media stays without its signaling connection. */
export const sessionAwayMs = 60_000
/** Most bytes of a frame of signaling: what one client asks. */
export const maxFrameBytes = 256 * 1024
/** Most bytes of a frame of a media node, or of signaling to a client: a snapshot has all people of a meeting, and there may be thousands. */
export const maxSnapshotBytes = 8 * 1024 * 1024

const id = z.string().min(1).max(64)
/** Rising with each take-over of a session; commands of an older owner are refused. */
const sessionEpoch = z.int().min(1).max(Number.MAX_SAFE_INTEGER)

/** Requests of signaling, by method: what `data` must be. */
export const sessionRequests = {
  /** Opens a session with a grant. */
  attach: z.object({ grant: z.string().max(8192), sessionEpoch }),
  /** Takes a session over, from any replica. The answer is a full snapshot. */
  resume: z.object({ meeting: meetingRef, participant: participantId, attachment: ulid, sessionEpoch }),
  /**
   * The client's own socket is lost while this connection stands: the session goes away as if this connection were lost. Media stays
   * for {@link sessionAwayMs}, the roster says `connected: false`, and only `resume` (by this or another connection) goes on with it.
   */
  away: z.object({}),
  /** Ends the session and its media. An `attach` of the same channel that is not answered yet lets nobody in (`attachment_gone`). */
  detach: z.object({}),
  createTransport: z.object({
    direction: z.enum(['send', 'recv']),
    /** What the client can receive; needed before the first `consume`. */
    rtpCapabilities: rtpCapabilities.optional(),
  }),
  connectTransport: z.object({ transportId: id, dtlsParameters }),
  restartIce: z.object({ transportId: id }),
  closeTransport: z.object({ transportId: id }),
  produce: z
    .object({ transportId: id, kind, source, rtpParameters, paused: z.boolean().default(false) })
    // A worker takes sound that is called a picture; nobody could decode it.
    .refine((wish) => wish.rtpParameters.codecs.every(({ mimeType }) => mimeType.startsWith(`${wish.kind}/`)), {
      path: ['rtpParameters', 'codecs'],
      message: 'must be of the kind that is produced',
    }),
  pauseProducer: z.object({ producerId: id }),
  resumeProducer: z.object({ producerId: id }),
  closeProducer: z.object({ producerId: id }),
  /** Asks for a track of somebody else. The consumer is created paused; the client resumes it when it is ready. */
  consume: z.object({ transportId: id, trackId: z.string().max(160) }),
  pauseConsumer: z.object({ consumerId: id }),
  resumeConsumer: z.object({ consumerId: id }),
  closeConsumer: z.object({ consumerId: id }),
  setPreferredLayers: z.object({
    consumerId: id,
    spatialLayer: z.int().min(0).max(3),
    temporalLayer: z.int().min(0).max(3).optional(),
  }),
  requestKeyFrame: z.object({ consumerId: id }),
} as const
export type SessionMethod = keyof typeof sessionRequests
export type SessionRequest<Method extends SessionMethod> = z.infer<(typeof sessionRequests)[Method]>

/** A producer as a snapshot tells it. */
export interface ProducerInfo {
  readonly producerId: string
  readonly trackId: string
  readonly source: z.infer<typeof source>
  readonly paused: boolean
}

/** A consumer as its client needs it. */
export interface ConsumerInfo {
  readonly consumerId: string
  readonly producerId: string
  readonly trackId: string
  readonly kind: z.infer<typeof kind>
  readonly rtpParameters: RtpParameters
  readonly type: 'simple' | 'simulcast' | 'svc'
  readonly paused: boolean
  readonly producerPaused: boolean
}

/** Everything about a session: the answer to `attach` and `resume`. */
export interface SessionSnapshot {
  readonly meeting: z.infer<typeof meetingRef>
  readonly participant: string
  readonly attachment: string
  readonly sessionEpoch: number
  readonly rights: z.infer<typeof rights>
  readonly routerRtpCapabilities: RtpCapabilities
  /** Revision of the roster; `roster` notifications go on from it. */
  readonly revision: number
  readonly roster: readonly z.infer<typeof rosterEntry>[]
  readonly speakers: Speakers
  readonly transports: readonly { readonly id: string; readonly direction: 'send' | 'recv' }[]
  readonly producers: readonly ProducerInfo[]
  readonly consumers: readonly ConsumerInfo[]
}

/** Answers, by method. */
export interface SessionResponses {
  attach: SessionSnapshot
  resume: SessionSnapshot
  away: Record<string, never>
  detach: Record<string, never>
  createTransport: TransportParameters
  connectTransport: Record<string, never>
  restartIce: { readonly iceParameters: TransportParameters['iceParameters'] }
  closeTransport: Record<string, never>
  produce: { readonly producerId: string; readonly trackId: string }
  pauseProducer: Record<string, never>
  resumeProducer: Record<string, never>
  closeProducer: Record<string, never>
  consume: ConsumerInfo
  pauseConsumer: Record<string, never>
  resumeConsumer: Record<string, never>
  closeConsumer: Record<string, never>
  setPreferredLayers: Record<string, never>
  requestKeyFrame: Record<string, never>
}

/** Who speaks, loudest first, as the meeting's one numbered list. */
export const speakers = z.object({
  seq: z.int().min(0),
  speakers: z.array(z.object({ participant: participantId, dBov: z.number().min(-127).max(0) })).max(5),
})
export type Speakers = z.infer<typeof speakers>

/** Why a session ended, for the client: what it may do follows from it. */
export const closeReasons = {
  meeting_ended: 'The meeting has ended.',
  replaced: 'You joined from somewhere else.',
  segment_closed: 'Your media node no longer serves this meeting; joining again finds another.',
  node_stopping: 'Your media node is stopping; joining again finds another.',
  node_draining: 'Your media node is being emptied; joining again moves you to another.',
  moved: 'You are moved to another media node; joining again takes you there.',
  worker_died: 'A media process failed; joining again starts a new one.',
  away_too_long: 'The connection was lost for too long.',
  meeting_merged: 'The meeting was joined with another of its name; joining again finds it.',
} as const
export type CloseReason = keyof typeof closeReasons

/** Notifications of the agent. `roster` and `speakers` carry the meeting key as channel, the others the attachment. */
export interface SessionNotifications {
  roster: { readonly revision: number; readonly changes: readonly z.infer<typeof rosterChange>[] }
  speakers: Speakers
  /** The producer is gone, or was produced anew: consume the track again if the roster still has it. */
  consumerClosed: { readonly consumerId: string }
  /**
   * What it receives comes to this node another way now, and by the old one for a few seconds more: consume the track again, then close
   * this consumer. Who does not is told `consumerClosed` when the old way ends.
   */
  consumerMoved: { readonly consumerId: string }
  consumerLayers: { readonly consumerId: string; readonly spatialLayer: number | null; readonly temporalLayer: number | null }
  transportState: {
    readonly transportId: string
    readonly iceState: 'new' | 'connected' | 'completed' | 'disconnected' | 'closed'
    readonly dtlsState: 'new' | 'connecting' | 'connected' | 'failed' | 'closed'
  }
  /** Another connection took the session over. */
  superseded: Record<string, never>
  closed: { readonly reason: CloseReason }
}
