import { z } from 'zod'

import {
  displayName,
  maxRegions,
  meetingName,
  meetingRef,
  namespaceName,
  nodeName,
  participantId,
  regionName,
  ulid,
} from '../../sfu/api/identity.ts'
import { rights } from '../../sfu/api/rights.ts'

/** Path of a meeting's placements: `POST` places, `DELETE .../{participant}?attachment=` releases. */
export const placementParams = z.strictObject({ namespace: namespaceName, name: meetingName })

/** `POST /v1/namespaces/{namespace}/meetings/{name}/placements`. */
export const placementRequest = z.strictObject({
  participant: participantId,
  displayName,
  rights,
  /** What people call the meeting, where that is not its name: its title, if this join makes it. */
  title: z.string().min(1).max(200).optional(),
  /** The region that the client names; its own measured round trips weigh more. */
  region: regionName.optional(),
  /** Round trips in milliseconds that the client measured, by region. */
  rttsMs: z
    .record(regionName, z.number().min(0).max(60_000))
    .refine((rtts) => Object.keys(rtts).length <= maxRegions, `must name at most ${maxRegions} regions`)
    .optional(),
  /** The same key within a minute yields the same placement: a retry never places twice. */
  idempotencyKey: z.string().min(8).max(64),
  /** Media nodes that just failed this participant. For a minute they take them again only where no other does. */
  excludeNodes: z.array(nodeName).max(16).optional(),
  /** The participant's attachment that this one takes the place of. */
  replaces: ulid.optional(),
})
export type PlacementRequest = z.infer<typeof placementRequest>

/** Why a placement was refused or put off: the rule, for programs. The sentence for people stands beside it. */
export const placementRefusal = z.enum([
  'meeting_unknown',
  'meeting_not_started',
  'meeting_locked',
  'meeting_full',
  'meeting_ended',
  'meeting_invalid',
  'meeting_settling',
  'ad_hoc_not_allowed',
  'ad_hoc_limit',
  'no_pool',
  'no_pool_selected',
  'no_region',
  'no_node_ready',
  'nodes_full',
])
export type PlacementRefusal = z.infer<typeof placementRefusal>

export const placed = z.strictObject({
  result: z.literal('placed'),
  meeting: meetingRef,
  /** What people call the meeting, where that is not its name. */
  title: z.string().max(200).optional(),
  attachment: ulid,
  node: nodeName,
  region: regionName,
  /** Base URL of the media node's agent, for signaling. */
  url: z.url(),
  /** Shown to that agent to attach (see sfu/api/grant.ts). */
  grant: z.string(),
  /** TURN servers that clients may use; signaling adds the credentials. */
  turnUrls: z.array(z.string()),
  /** Who decided: the operator, or the client by its fallback. */
  decidedBy: z.enum(['operator', 'fallback']),
  /** One line a person understands. */
  reason: z.string(),
})
export type Placed = z.infer<typeof placed>

/** Full is an answer: placed, wait in line, come back after a while, or refused with the rule. */
export const placementAnswer = z.discriminatedUnion('result', [
  placed,
  /**
   * Media nodes are about to start, or others wait longer for the same ones: ask again after `retryAfterMs`, with the same participant. The
   * place in line is kept for twice that long.
   */
  z.strictObject({
    result: z.literal('queued'),
    code: placementRefusal,
    reason: z.string(),
    /** 1 is next. */
    position: z.int().min(1),
    retryAfterMs: z.int().min(0),
  }),
  z.strictObject({ result: z.literal('tryAfter'), code: placementRefusal, reason: z.string(), retryAfterMs: z.int().min(0) }),
  z.strictObject({ result: z.literal('refused'), code: placementRefusal, reason: z.string() }),
])
export type PlacementAnswer = z.infer<typeof placementAnswer>

/** `DELETE .../placements/{participant}?attachment=`: the participant left; only that attachment is released. */
export const releaseQuery = z.strictObject({ attachment: ulid })

/** `GET /v1/namespaces/{namespace}/meetings/{name}/explanation`: where a meeting is and why, in words. */
export const explanation = z.strictObject({
  meeting: z.strictObject({ namespace: namespaceName, name: meetingName, incarnation: ulid.optional() }),
  phase: z.enum(['Scheduled', 'Waiting', 'Active', 'Empty', 'Ended']),
  why: z.string(),
  segments: z.array(
    z.strictObject({
      node: nodeName,
      region: regionName,
      role: z.enum(['core', 'leaf']),
      /** The core that a leaf hangs on. */
      parent: nodeName.optional(),
      generation: z.int(),
      fallback: z.boolean(),
      participants: z.int(),
      why: z.string(),
    }),
  ),
  /** The latest placements, newest first. */
  placements: z.array(
    z.strictObject({ atMs: z.int(), participant: participantId, node: nodeName, attachment: ulid, reason: z.string() }),
  ),
  /** Where somebody who joins now, and names no region, would go, or why nowhere. */
  join: z.strictObject({
    result: z.enum(['placed', 'refused', 'tryAfter']),
    node: nodeName.optional(),
    code: placementRefusal.optional(),
    reason: z.string(),
  }),
  /** The regions that they could go to, the first choice first, each with what it is judged by. */
  regions: z.array(z.strictObject({ region: regionName, why: z.string() })),
  /** What they would find at each node, in the order in which they would be taken; the first 200. */
  nodes: z.array(z.strictObject({ node: nodeName, region: regionName, takes: z.boolean(), why: z.string() })),
})
export type Explanation = z.infer<typeof explanation>
