import { z } from 'zod'

import { nodeName, plainText, regionName, ulid } from '../../sfu/api/identity.ts'
import { placementRefusal } from './placement.ts'

/** `POST /v1/namespaces/{namespace}/meetings/{name}/placements/{participant}/move`: one participant is to change media node. */
export const moveRequest = z
  .strictObject({
    attachment: ulid.describe(
      'The one that ends; a participant who came back meanwhile is not moved by an order for where they were.',
    ),
    node: nodeName.optional().describe('Where to; absent: wherever a join would go, but for where they are.'),
    excludeNodes: z.array(nodeName).max(16).optional().describe('Media nodes that are not to be taken, beside where they are.'),
    reason: plainText
      .trim()
      .min(1, 'must not be empty')
      .max(200, 'must be at most 200 characters long')
      .describe("For people: in logs, in the reason of the placement that follows, and in the meeting's `status.lastMoves`."),
  })
  .refine(({ node, excludeNodes = [] }) => node === undefined || !excludeNodes.includes(node), {
    path: ['node'],
    message: 'must not be one of excludeNodes',
  })
export type MoveRequest = z.infer<typeof moveRequest>

/** Why somebody is not moved: the rules of a placement, and these. */
export const moveRefusal = z.enum([
  ...placementRefusal.options,
  'already_there',
  'node_unknown',
  'node_refuses',
  'not_attached',
  'participant_away',
  'node_unreachable',
])
export type MoveRefusal = z.infer<typeof moveRefusal>

/** `ordered`: they are told, and their next placement goes to `node` if it still takes them; nothing is lost if they never ask. */
export const moveAnswer = z.discriminatedUnion('result', [
  z.object({
    result: z.literal('ordered'),
    attachment: ulid,
    from: nodeName,
    node: nodeName,
    region: regionName,
    reason: z.string(),
  }),
  z.object({ result: z.literal('tryAfter'), code: moveRefusal, reason: z.string(), retryAfterMs: z.int().min(0) }),
  z.object({ result: z.literal('refused'), code: moveRefusal, reason: z.string() }),
])
export type MoveAnswer = z.infer<typeof moveAnswer>
