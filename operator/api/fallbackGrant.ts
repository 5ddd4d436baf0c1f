import type { SigningKey } from '../../kit/keys.ts'
import { signGrant, signPeerToken } from '../../sfu/api/grant.ts'
import type { MeetingRef } from '../../sfu/api/identity.ts'
import type { FallbackChoice } from './fallback.ts'
import type { Placed, PlacementRequest } from './placement.ts'

/** What a fallback placement is made of. */
export interface FallbackPlacement {
  readonly choice: Extract<FallbackChoice, { result: 'placed' }>
  readonly meeting: MeetingRef
  readonly request: PlacementRequest
  readonly attachment: string
  /** Of the meeting, where it has one. */
  readonly maxParticipants: number | undefined
  /** The meeting has segments, as far as the topology knows: its places are theirs to give. */
  readonly standing: boolean
  readonly turnUrls: readonly string[]
  readonly nowMs: number
}

/** Signs what a fallback placement hands out: the grant, and in it a token for each node that the chosen one is to ask. */
export async function signFallback(key: SigningKey, placement: FallbackPlacement): Promise<Placed> {
  const { choice, meeting, request, attachment, maxParticipants, standing, nowMs } = placement
  const peers = await Promise.all(
    choice.peers.map(async ({ name, url }) => ({
      node: name,
      url,
      token: await signPeerToken(key, { from: choice.node.name, to: name, meeting, nowMs }),
    })),
  )
  const grant = await signGrant(key, {
    node: choice.node.name,
    nowMs,
    claims: {
      sub: request.participant,
      name: request.displayName,
      meeting,
      attachment,
      rights: request.rights,
      ...(request.replaces === undefined ? {} : { replaces: request.replaces }),
      ...(maxParticipants === undefined ? {} : { limit: { maxParticipants, ...(standing ? { standing } : {}) } }),
      fallback: { peers },
    },
  })
  return {
    result: 'placed',
    meeting,
    attachment,
    node: choice.node.name,
    region: choice.node.region,
    url: choice.node.url,
    grant,
    turnUrls: [...placement.turnUrls],
    decidedBy: 'fallback',
    reason: choice.reason,
  }
}
