/**
 * How session epochs rise (sfu/api/session.ts): a media node gives a session to the highest. The client decides which of its connections
 * is the right one, so a resume that it asks for must beat whatever this or another replica did by itself meanwhile: it takes the wall
 * clock, which is far above. A replica that resumes by itself, because its own connection to the node was lost, adds one, and so never
 * takes the session from a connection that the client has made since.
 */

/** The epoch of a session that begins. */
export function firstEpoch(nowMs: number): number {
  return Math.max(1, Math.floor(nowMs))
}

/** The epoch by which a client goes on, from the highest that it knows. */
export function clientEpoch(known: number, nowMs: number): number {
  return Math.max(known + 1, Math.floor(nowMs))
}

/** The epoch by which this replica goes on by itself. */
export function ownEpoch(known: number): number {
  return known + 1
}
