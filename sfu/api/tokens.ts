/**
 * The tokens that cross process borders, by their JWT `typ`: one kind never passes for another. All are EdDSA by a key whose
 * role in the trusted key set is named here; the audience is always the name of the media node they are shown to.
 */
export const tokenTypes = {
  /** Operator to media node: orders and the load stream. */
  order: { type: 'parley-order+jwt', roles: ['operator'] },
  /** Signaling to media node: opens the connection that carries sessions. */
  session: { type: 'parley-session+jwt', roles: ['signaling'] },
  /** Lets one participant attach to one meeting on one media node. */
  grant: { type: 'parley-grant+jwt', roles: ['operator', 'signaling'] },
  /** Media node to media node: opens the edge of one meeting. Its `sub` is the node that shows it. */
  peer: { type: 'parley-peer+jwt', roles: ['operator', 'signaling'] },
} as const

/** How long a bearer token lives; it is made anew for each connection. */
export const bearerLifetimeMs = 5 * 60_000
/** How long after a placement a participant may still attach. */
export const grantLifetimeMs = 60_000
/** How long a peer token lives: an edge that is lost is dialled again with it, while the operator may be away. */
export const peerTokenLifetimeMs = 24 * 60 * 60_000
