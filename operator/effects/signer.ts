import type { Clock } from '../../kit/clock.ts'
import type { SigningKey } from '../../kit/keys.ts'
import { signGrant, signPeerToken, type GrantClaims } from '../../sfu/api/grant.ts'
import { meetingKey, type MeetingRef } from '../../sfu/api/identity.ts'
import { createIdempotency } from './idempotency.ts'

/** Signs what media nodes let in by: grants of participants and tokens of their peers. */
export interface Signer {
  grant(node: string, claims: GrantClaims): Promise<string>
  /** For the edge that `from` opens to `to`. */
  peerToken(edge: { readonly from: string; readonly to: string; readonly meeting: MeetingRef }): Promise<string>
}

/** For how long an edge is given the same token again, long before its order is made anew (half the life of a peer token). */
const peerTokenKeptMs = 60 * 60_000
/** About 12 MB of tokens. */
const peerTokensAtMost = 20_000

/** Signs with the operator's key. Each order names all peers of its node: what was signed for an edge of a meeting lately is shown again. */
export function createSigner(key: SigningKey, clock: Clock): Signer {
  const peerTokens = createIdempotency<string>({
    clock,
    keepMs: peerTokenKeptMs,
    keepAtMost: peerTokensAtMost,
    isKept: () => true,
  })
  return {
    grant: (node, claims) => signGrant(key, { node, claims, nowMs: clock.nowMs() }),
    peerToken: (edge) =>
      peerTokens.once(`${edge.from} ${edge.to} ${meetingKey(edge.meeting)}`, () =>
        signPeerToken(key, { ...edge, nowMs: clock.nowMs() }),
      ),
  }
}
