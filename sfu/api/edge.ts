import { z } from 'zod'

import { edgeVersionTold } from './edgeVersion.ts'
import { nodeName, ulid } from './identity.ts'
import { fence, segmentRole } from './order.ts'
import { source } from './rights.ts'
import { rosterChange, rosterEntry } from './roster.ts'
import { kind, rtpParameters } from './rtp.ts'
import { speakers } from './session.ts'

/**
 * The edge protocol: between two segments of one meeting, frames of kit/peer.ts over one WebSocket (`/v1/edges?meeting=KEY`, bearer: a
 * peer token). Each side authors its own people, tracks and levels; what a core hears it forwards to its leaves (see segmentRole). The
 * pipe is one pair of SRTP PipeTransports. When the WebSocket is lost the pipe stays; a later one whose `hello`s name the same pipe
 * pair goes on with it, else both sides close it and make another.
 */
export const edgesPath = '/v1/edges'
export const edgesSubprotocol = 'parley.edge.v1'
/** Most bytes of one frame: a snapshot of thousands of people. */
export const maxEdgeFrameBytes = 8 * 1024 * 1024

const transportAddress = z.object({
  /** Id of the sender's PipeTransport. */
  transportId: z.string().max(64),
  ip: z.string().max(64),
  port: z.int().min(1).max(65_535),
  srtpParameters: z.object({ cryptoSuite: z.string().max(64), keyBase64: z.string().max(128) }),
})

/** Requests, by method; both sides may send each. */
export const edgeRequests = {
  /**
   * First, by both sides, the dialling one before the other, and again when the sender's role or order changed: who speaks, and its end
   * of the pipe. `peerTransportId` names the far end that it is connected to already; where the receiver knows nothing of that pair it
   * answers `pipe_unknown`, and the sender makes another end and says hello again.
   */
  hello: z.object({
    node: nodeName,
    boot: ulid,
    /** Absent: 1. */
    edgeVersion: edgeVersionTold,
    role: segmentRole,
    ...fence.shape,
    pipe: transportAddress,
    peerTransportId: z.string().max(64).optional(),
    /** The ways that the sender sends through that pipe now (see pipeProducer): others that the receiver has from before are over. */
    wayIds: z.array(z.string().max(64)).max(10_000),
    /** The authors that the sender tells of from now on, each by a snapshot: others that it told of before are over. */
    authors: z.array(nodeName).max(1_000),
    /** The video tracks that the sender wants now, in place of what it wanted before. */
    wants: z.array(z.string().max(160)).max(10_000),
  }),
  /**
   * A producer of the sender's side now comes through the pipe. `producerId` is its author's id for it, by which all nodes know it; `wayId`
   * is the sender's id for the way by which it has it, new when that changes. A receiver may have a track by several ways at once, of
   * one peer or more, and uses one.
   */
  pipeProducer: z.object({
    wayId: z.string().max(64),
    producerId: z.string().max(64),
    trackId: z.string().max(160),
    kind,
    source,
    rtpParameters,
    paused: z.boolean(),
  }),
  /** The receiver wants a video track through the pipe, or no longer. Reference-counted by the receiver; audio is sent unasked. */
  want: z.object({ trackId: z.string().max(160), wanted: z.boolean() }),
} as const
export type EdgeMethod = keyof typeof edgeRequests
export type EdgeRequest<Method extends EdgeMethod> = z.infer<(typeof edgeRequests)[Method]>

/** Notifications, by method; both sides may send each. */
export const edgeNotifications = {
  /** All entries of one author, replacing what was known of that author; `revision` counts the author's changes. */
  rosterSnapshot: z.object({
    author: nodeName,
    boot: ulid,
    revision: z.int().min(0),
    entries: z.array(rosterEntry).max(10_000),
  }),
  rosterDelta: z.object({
    author: nodeName,
    boot: ulid,
    revision: z.int().min(0),
    changes: z.array(rosterChange).max(1_000),
  }),
  /** An author's segment is gone from the cascade: its entries are dropped. */
  rosterGone: z.object({ author: nodeName }),
  pipeProducerClosed: z.object({ wayId: z.string().max(64) }),
  pipeProducerPaused: z.object({ wayId: z.string().max(64), paused: z.boolean() }),
  /** The way will be closed in a moment (or not, after all): whoever has the track by another uses that. */
  pipeProducerEnding: z.object({ wayId: z.string().max(64), ending: z.boolean() }),
  /** The loudest of what the sender's side hears, every {@link levelsPeriodMs} while anyone speaks; towards the publisher only. */
  levels: z.object({ levels: speakers.shape.speakers }),
  /** The meeting's speaker list, from the segment that publishes it. */
  speakers: z.object({ author: nodeName, ...speakers.shape }),
} as const
export type EdgeNotificationMethod = keyof typeof edgeNotifications
export type EdgeNotification<Method extends EdgeNotificationMethod> = z.infer<(typeof edgeNotifications)[Method]>

/** Why an edge's WebSocket was closed; a code that is not here means that the network did it. */
export const edgeCloseCodes = {
  /** The sender's segment is closed, or no longer has this edge: what it told is to be forgotten, and its pipe closed. */
  gone: 4001,
  /** Both sides dialled at once, or one dialled again: another WebSocket stands in for this one. */
  replaced: 4002,
  /** A step of an author was missing: dial again for snapshots. The pipe stays. */
  gap: 4003,
  /** A frame or an order of frames that the protocol does not have. The pipe stays. */
  protocol: 4004,
} as const

/** Period of `levels`: the worker measures no finer (AudioLevelObserver.cpp: at least 250 ms). */
export const levelsPeriodMs = 250
/** A pipe consumer of video that nobody wants is paused at once and closed after this. */
export const unwantedPipeCloseMs = 10_000
