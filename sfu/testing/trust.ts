import { makeKeyPair, signingKeyOf, trustedKeysOf, type SigningKey, type TrustedJwk, type TrustedKeys } from '../../kit/keys.ts'
import { ulidSource } from '../../kit/ids.ts'
import { signBearer } from '../api/bearer.ts'
import { signGrant, signPeerToken, type GrantClaims } from '../api/grant.ts'
import type { MeetingRef } from '../api/identity.ts'
import type { SegmentOrder, SegmentRole } from '../api/order.ts'

/** The keys of one test's operator and signaling, and what they sign. */
export interface Trust {
  readonly keys: TrustedKeys
  /** The same as the file that processes read. */
  readonly jwks: { readonly keys: readonly TrustedJwk[] }
  readonly operator: SigningKey
  readonly signaling: SigningKey
  readonly mint: () => string
}

/** Makes fresh keys. */
export async function makeTrust(): Promise<Trust> {
  const [operator, signaling] = await Promise.all([makeKeyPair('op', 'operator'), makeKeyPair('sig', 'signaling')])
  const jwks = { keys: [operator.publicJwk, signaling.publicJwk] }
  return {
    jwks,
    keys: await trustedKeysOf(jwks),
    operator: await signingKeyOf(operator.privateJwk),
    signaling: await signingKeyOf(signaling.privateJwk),
    mint: ulidSource(() => Date.now()),
  }
}

/** A meeting that nobody has made yet. */
export function aMeeting(trust: Trust, over: Partial<MeetingRef> = {}): MeetingRef {
  return { namespace: 'default', name: 'standup', incarnation: trust.mint(), ...over }
}

/** Claims of a grant that allows everything. */
export function claimsFor(trust: Trust, of: { meeting: MeetingRef; participant: string } & Partial<GrantClaims>): GrantClaims {
  const { meeting, participant, ...over } = of
  return {
    sub: participant,
    name: participant,
    meeting,
    attachment: trust.mint(),
    rights: { publish: ['microphone', 'camera', 'screen', 'screenAudio'], subscribe: true, hidden: false },
    ...over,
  }
}

/** A grant as the operator signs it. */
export function grantFor(trust: Trust, of: { node: string; claims: GrantClaims; nowMs?: number }): Promise<string> {
  return signGrant(trust.operator, { node: of.node, claims: of.claims, nowMs: of.nowMs ?? Date.now() })
}

/** A fallback grant as signaling signs it. */
export function fallbackGrantFor(trust: Trust, of: { node: string; claims: GrantClaims }): Promise<string> {
  return signGrant(trust.signaling, { ...of, nowMs: Date.now() })
}

/** What opens signaling's connection. */
export function sessionBearer(trust: Trust, node: string): Promise<string> {
  return signBearer(trust.signaling, { kind: 'session', node, nowMs: Date.now() })
}

/** What orders and reads the load stream. */
export function orderBearer(trust: Trust, node: string): Promise<string> {
  return signBearer(trust.operator, { kind: 'order', node, nowMs: Date.now() })
}

/** A token by which `from` opens an edge to `to`. */
export function peerToken(trust: Trust, of: { from: string; to: string; meeting: MeetingRef }): Promise<string> {
  return signPeerToken(trust.operator, { ...of, nowMs: Date.now() })
}

/** A node as an order names it. */
export interface Placed {
  readonly node: string
  readonly url: string
  readonly role?: SegmentRole
  /** As a peer: the next order will take its edge away. */
  readonly leaving?: boolean
}

/** The order for `node` with these peers. */
export async function orderFor(
  trust: Trust,
  of: { meeting: MeetingRef; node: Placed; peers: readonly Placed[]; epoch?: number; generation?: number; places?: number },
): Promise<SegmentOrder> {
  const { meeting, node } = of
  return {
    epoch: of.epoch ?? 1,
    generation: of.generation ?? 1,
    role: node.role ?? 'core',
    region: 'eu',
    peers: await Promise.all(
      of.peers.map(async (peer) => ({
        node: peer.node,
        url: peer.url,
        role: peer.role ?? 'core',
        ...(peer.leaving === undefined ? {} : { leaving: peer.leaving }),
        token: await peerToken(trust, { from: node.node, to: peer.node, meeting }),
      })),
    ),
    limits: { maxParticipants: of.places ?? 100 },
  }
}
