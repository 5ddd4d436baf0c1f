import { z } from 'zod'

import { displayName, meetingTitle, namespaceName, participantId } from '../../sfu/api/identity.ts'

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
    /** One that is no DNS label is known by one that is made of it, and is called so in spec.title. */
    room: meetingTitle,
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
