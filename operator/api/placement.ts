import { z } from 'zod'

import {
  displayName,
  maxRegions,
  meetingName,
  meetingRef,
  meetingTitle,
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
  participant: participantId.describe('Who joins: the same for the person whenever they come back, and never shown to people.'),
  displayName: displayName.describe('What the others see.'),
  rights: rights.strict().describe('What the media node lets them do.'),
  title: meetingTitle
    .optional()
    .describe('What people call the meeting, where that is not its name: its title, if this join makes it.'),
  region: regionName.optional().describe('The region that the client names; its own measured round trips weigh more.'),
  rttsMs: z
    .record(regionName, z.number().min(0).max(60_000))
    .refine((rtts) => Object.keys(rtts).length <= maxRegions, `must name at most ${maxRegions} regions`)
    .optional()
    .meta({ description: 'Round trips in milliseconds that the client measured, by region.', maxProperties: maxRegions }),
  idempotencyKey: z
    .string()
    .min(8)
    .max(64)
    .describe('The same key within a minute yields the same placement: a retry never places twice.'),
  excludeNodes: z
    .array(nodeName)
    .max(16)
    .optional()
    .describe(
      'Media nodes that just failed this participant: none of them is taken now, and for a minute only where no other takes them.',
    ),
  replaces: ulid.optional().describe("The participant's attachment that this one takes the place of."),
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

export const placed = z.object({
  result: z.literal('placed'),
  meeting: meetingRef,
  title: z.string().max(200).optional().describe('What people call the meeting, where that is not its name.'),
  attachment: ulid,
  node: nodeName,
  region: regionName,
  url: z.url().describe("Base URL of the media node's agent, for signaling."),
  grant: z.string().describe('Shown to that agent to attach (see sfu/api/grant.ts).'),
  turnUrls: z.array(z.string()).describe('TURN servers that clients may use; signaling adds the credentials.'),
  decidedBy: z.enum(['operator', 'fallback']).describe('Who decided: the operator, or the client by its fallback.'),
  reason: z.string().describe('One line a person understands.'),
})
export type Placed = z.infer<typeof placed>

/** Full is an answer: placed, wait in line, come back after a while, or refused with the rule. */
export const placementAnswer = z.discriminatedUnion('result', [
  placed,
  /**
   * Media nodes are about to start, or others wait longer for the same ones: ask again after `retryAfterMs`, with the same participant. The
   * place in line is kept for twice that long.
   */
  z.object({
    result: z.literal('queued'),
    code: placementRefusal,
    reason: z.string(),
    position: z.int().min(1).describe('1 is next.'),
    retryAfterMs: z.int().min(0),
  }),
  z.object({ result: z.literal('tryAfter'), code: placementRefusal, reason: z.string(), retryAfterMs: z.int().min(0) }),
  z.object({ result: z.literal('refused'), code: placementRefusal, reason: z.string() }),
])
export type PlacementAnswer = z.infer<typeof placementAnswer>

/** `DELETE .../placements/{participant}?attachment=`: the participant left; only that attachment is released. */
export const releaseQuery = z.strictObject({ attachment: ulid })

/** `GET /v1/namespaces/{namespace}/meetings/{name}/explanation`: where a meeting is and why, in words. */
export const explanation = z.object({
  meeting: z.object({ namespace: namespaceName, name: meetingName, incarnation: ulid.optional() }),
  phase: z.enum(['Scheduled', 'Waiting', 'Active', 'Empty', 'Ended']),
  why: z.string(),
  segments: z.array(
    z.object({
      node: nodeName,
      region: regionName,
      role: z.enum(['core', 'leaf']),
      parent: nodeName.optional().describe('The core that a leaf hangs on.'),
      generation: z.int(),
      fallback: z.boolean(),
      participants: z.int(),
      why: z.string(),
    }),
  ),
  placements: z
    .array(z.object({ atMs: z.int(), participant: participantId, node: nodeName, attachment: ulid, reason: z.string() }))
    .describe('The latest placements, newest first.'),
  join: z
    .object({
      result: z.enum(['placed', 'refused', 'tryAfter']),
      node: nodeName.optional(),
      code: placementRefusal.optional(),
      reason: z.string(),
    })
    .describe('Where somebody who joins now, and names no region, would go, or why nowhere.'),
  regions: z
    .array(z.object({ region: regionName, why: z.string() }))
    .describe('The regions that they could go to, the first choice first, each with what it is judged by.'),
  nodes: z
    .array(z.object({ node: nodeName, region: regionName, takes: z.boolean(), why: z.string() }))
    .describe('What they would find at each node, in the order in which they would be taken; the first 200.'),
})
export type Explanation = z.infer<typeof explanation>
