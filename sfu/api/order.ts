import { z } from 'zod'

import { peerAddress } from './grant.ts'
import { fenceNumber, wallMs } from './limits.ts'
import { meetingRef, nodeName, participantId, regionName, ulid, type MeetingRef } from './identity.ts'
import { holderName, term } from './term.ts'

/** A core forwards to its leaves what it hears; between cores only their own and their leaves' entries travel. A mesh is all core. */
export const segmentRole = z.enum(['core', 'leaf'])
export type SegmentRole = z.infer<typeof segmentRole>

/** The fence: an order with an older pair is refused, and so is the same pair with another body. */
export const fence = z.object({ epoch: fenceNumber, generation: fenceNumber })
export type Fence = z.infer<typeof fence>

/** Path of all segments: `GET` answers {@link segmentList}. */
export const segmentsPath = '/v1/segments'

/** Path of one segment: `PUT`, `GET` and `DELETE`. */
export function segmentPath({ namespace, name, incarnation }: MeetingRef): string {
  return `${segmentsPath}/${namespace}/${name}/${incarnation}`
}

/** Path of {@link hostedIncarnations}. */
export function hostedPath(meeting: { namespace: string; name: string }): string {
  return `${segmentsPath}/${meeting.namespace}/${meeting.name}`
}

/** Compares two fences: negative when `a` is older. */
export function compareFences(a: Fence, b: Fence): number {
  return a.epoch - b.epoch || a.generation - b.generation
}

const places = z.int().min(0).max(100_000)

/** `PUT /v1/segments/{namespace}/{name}/{incarnation}`: what this node's part of the meeting is to be. Idempotent. */
export const segmentOrder = z.object({
  ...term.shape,
  ...fence.shape,
  role: segmentRole,
  region: regionName,
  /** All segments that this one has a pipe to; of two nodes, the one with the smaller name dials. */
  peers: z
    .array(
      z.object({
        ...peerAddress.shape,
        role: segmentRole,
        /** The next order will take this edge away: all that comes by it is to come another way first. */
        leaving: z.boolean().optional(),
      }),
    )
    .max(64),
  limits: z.object({
    /** Of the whole meeting. */
    maxParticipants: places.min(1),
    /**
     * How many of them this segment may let in by itself: those of all segments are together no more than the meeting has. Who is in the
     * meeting already, and comes to this node from another one, needs none. Absent: the meeting has no capacity.
     */
    places: places.optional(),
  }),
  /**
   * Another incarnation of the meeting, minted at the same time, that this node hosts: its segment goes on as this one, with its people,
   * their sessions and media; grants and resumes by either lead to it from then on. Where it is not hosted, or this one is already, the
   * order is like any other.
   */
  adopts: ulid.optional(),
})
export type SegmentOrder = z.infer<typeof segmentOrder>

/** What a segment says of an edge that it has. One that its order took away is not told of any more. */
export const peerReport = z.object({
  node: nodeName,
  role: segmentRole,
  /** Whether the pipe carries media now. */
  up: z.boolean(),
  /** Only where the order calls it leaving: `spare` once nothing comes by it that is not had another way. */
  leaving: z.enum(['needed', 'spare']).optional(),
})

/** What a node says about a segment that it hosts: the truth about who is where. */
export const segmentReport = z.object({
  meeting: meetingRef,
  /** 0/0 for a segment that no order has reached yet. */
  ...fence.shape,
  role: segmentRole,
  /** Made by a fallback grant and not yet adopted by an order. */
  fallback: z.boolean(),
  worker: z.int().min(0),
  /** How many people its order lets it let in; absent where no order says so. */
  places: places.optional(),
  participants: z
    .array(
      z.object({
        participant: participantId,
        attachment: ulid,
        publishing: z.boolean(),
        /** Shares a screen now, which weighs more than all else. Absent: no. */
        screen: z.boolean().optional(),
        hidden: z.boolean(),
      }),
    )
    .max(10_000),
  peers: z.array(peerReport).max(64),
  /** Other incarnations that it was adopted from: their grants lead to it. */
  aliases: z.array(ulid).max(16).optional(),
  createdAtMs: wallMs,
  /** Since when nobody is attached. */
  emptySinceMs: wallMs.optional(),
})
export type SegmentReport = z.infer<typeof segmentReport>

/** Answer of `GET /v1/segments`. */
export const segmentList = z.object({ segments: z.array(segmentReport).max(10_000) })

/** Query of `DELETE /v1/segments/{namespace}/{name}/{incarnation}`: only a fence at least as new as the segment's closes it. */
export const segmentDeletion = z.object({
  epoch: z.coerce.number().int().min(0),
  holder: holderName.optional(),
  generation: z.coerce.number().int().min(0),
  /** What the people who are attached are told. */
  reason: z.enum(['ended', 'replanned']),
})
export type SegmentDeletion = z.infer<typeof segmentDeletion>

/** Answer of `GET /v1/segments/{namespace}/{name}`: the incarnations of the meeting that this node hosts. Peers ask it with a peer token. */
export const hostedIncarnations = z.object({ incarnations: z.array(ulid).max(16) })
