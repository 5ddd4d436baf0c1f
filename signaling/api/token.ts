import { z } from 'zod'

import { displayName, namespaceName, participantId } from '../../sfu/api/identity.ts'

/** What people call a meeting. One that is no DNS label is known by one that is made of it, and is called so in spec.title. */
const roomName = z
  .string()
  .min(1, 'must not be empty')
  .max(200, 'must be at most 200 characters long')
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must be text without control characters')

/**
 * Claims of a client's token, with LiveKit's names (https://docs.livekit.io/home/get-started/authentication/): HS256 by an API key
 * (`iss`) and its secret. Unset `canPublish` and `canSubscribe` mean yes. A token without `sub` is an invitation: whoever joins by it
 * is given an identity of their own.
 */
export const clientTokenClaims = z.object({
  iss: z.string().min(1).max(64),
  sub: participantId.optional(),
  name: displayName.optional(),
  exp: z.int(),
  nbf: z.int().optional(),
  video: z.object({
    room: roomName,
    roomJoin: z.literal(true, { error: 'must be true: the token does not allow joining' }),
    roomAdmin: z.boolean().optional(),
    canPublish: z.boolean().optional(),
    canSubscribe: z.boolean().optional(),
    /** LiveKit's source names. */
    canPublishSources: z
      .array(z.enum(['camera', 'microphone', 'screen_share', 'screen_share_audio']))
      .max(4)
      .optional(),
    hidden: z.boolean().optional(),
  }),
  /** The namespace of the meeting; absent: the API key's first. */
  parley: z.object({ namespace: namespaceName.optional() }).optional(),
})
export type ClientTokenClaims = z.infer<typeof clientTokenClaims>
