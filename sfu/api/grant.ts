import { z } from 'zod'

import { commonErrors } from '../../kit/errors.ts'
import { signToken, verifyToken, type SigningKey, type TrustedKeys } from '../../kit/keys.ts'
import { invalidInput } from '../../kit/validation.ts'
import { displayName, meetingRef, nodeName, participantId, ulid } from './identity.ts'
import { fenceNumber } from './limits.ts'
import { rights } from './rights.ts'
import { grantLifetimeMs, peerTokenLifetimeMs, tokenTypes } from './tokens.ts'

/** Another media node that may host the same meeting, with the token that opens an edge to it. */
export const peerAddress = z.object({
  node: nodeName,
  /** Base URL of its agent. */
  url: z.url(),
  /** A `peer` token for that node, shown by the node that receives this. */
  token: z.string().max(4096),
})
export type PeerAddress = z.infer<typeof peerAddress>

/** What a grant says. `sub` of the token is the participant. */
export const grantClaims = z.object({
  sub: participantId,
  /** Display name; people see it. */
  name: displayName,
  meeting: meetingRef,
  /** New for each placement and rising in time, so that of two of one participant the later is known. */
  attachment: ulid,
  rights,
  /** The attachment of the same participant that this one takes the place of. Without it, a participant who is present is not replaced. */
  replaces: ulid.optional(),
  /**
   * Present where the meeting has a capacity: how many people it takes while no order says so, and under which epoch an operator counted
   * them. A node that has taken an order of a later epoch refuses the grant (`grant_superseded`): a later operator does not know of it.
   * `seated`: the participant is in the meeting, as that operator heard it from another media node, and needs no further place. `standing`: of a
   * fallback grant, the meeting has segments, among which its places are shared out: one that has no order has none.
   */
  limit: z
    .object({
      maxParticipants: z.int().min(1),
      epoch: fenceNumber.optional(),
      seated: z.boolean().optional(),
      standing: z.boolean().optional(),
    })
    .optional(),
  /** Present when signaling placed by itself: the other nodes of the ranking, whom the agent asks whether they host the meeting. */
  fallback: z.object({ peers: z.array(peerAddress).max(2) }).optional(),
})
export type GrantClaims = z.infer<typeof grantClaims>

/** Signs a grant for `node`. It may be used to attach for {@link grantLifetimeMs}. */
export function signGrant(key: SigningKey, grant: { node: string; claims: GrantClaims; nowMs: number }): Promise<string> {
  return signToken(key, {
    type: tokenTypes.grant.type,
    audience: grant.node,
    claims: grant.claims,
    nowMs: grant.nowMs,
    lifetimeMs: grantLifetimeMs,
  })
}

/** Verifies a grant that was shown to `node`; raises `unauthorized` or `invalid`. A grant of signaling must be a fallback grant. */
export async function verifyGrant(
  keys: TrustedKeys,
  grant: string,
  expected: { node: string; nowMs: number },
): Promise<GrantClaims> {
  const { type, roles } = tokenTypes.grant
  const { claims, role } = await verifyToken(keys, grant, { type, roles, audience: expected.node, nowMs: expected.nowMs })
  const parsed = grantClaims.safeParse(claims)
  if (!parsed.success) throw invalidInput(parsed.error, 'grant')
  if (role === 'signaling' && !parsed.data.fallback) {
    throw commonErrors.raise.unauthorized({ why: 'signaling may sign fallback grants only' }, { field: 'grant' })
  }
  return parsed.data
}

/** What a peer token says: this node (`sub`) may open an edge of this meeting. */
export const peerClaims = z.object({ sub: nodeName, meeting: meetingRef })
export type PeerClaims = z.infer<typeof peerClaims>

/** Signs the token by which `from` opens an edge of `meeting` to `to`. */
export function signPeerToken(
  key: SigningKey,
  edge: { from: string; to: string; meeting: z.infer<typeof meetingRef>; nowMs: number },
): Promise<string> {
  return signToken(key, {
    type: tokenTypes.peer.type,
    audience: edge.to,
    claims: { sub: edge.from, meeting: edge.meeting },
    nowMs: edge.nowMs,
    lifetimeMs: peerTokenLifetimeMs,
  })
}

/** Verifies a peer token that was shown to `node`; raises `unauthorized` or `invalid`. */
export async function verifyPeerToken(
  keys: TrustedKeys,
  token: string,
  expected: { node: string; nowMs: number },
): Promise<PeerClaims> {
  const { type, roles } = tokenTypes.peer
  const { claims } = await verifyToken(keys, token, { type, roles, audience: expected.node, nowMs: expected.nowMs })
  const parsed = peerClaims.safeParse(claims)
  if (!parsed.success) throw invalidInput(parsed.error, 'token')
  return parsed.data
}
