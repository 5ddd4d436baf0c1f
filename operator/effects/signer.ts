import type { Clock } from '../../kit/clock.ts'
import type { SigningKey } from '../../kit/keys.ts'
import { signGrant, signPeerToken, type GrantClaims } from '../../sfu/api/grant.ts'
import type { MeetingRef } from '../../sfu/api/identity.ts'

/** Signs what media nodes let in by: grants of participants and tokens of their peers. */
export interface Signer {
  grant(node: string, claims: GrantClaims): Promise<string>
  /** For the edge that `from` opens to `to`. */
  peerToken(edge: { readonly from: string; readonly to: string; readonly meeting: MeetingRef }): Promise<string>
}

/** Signs with the operator's key. */
export function createSigner(key: SigningKey, clock: Clock): Signer {
  return {
    grant: (node, claims) => signGrant(key, { node, claims, nowMs: clock.nowMs() }),
    peerToken: (edge) => signPeerToken(key, { ...edge, nowMs: clock.nowMs() }),
  }
}
