import { createHmac } from 'node:crypto'

import type { IceServer } from '../api/protocol.ts'

/** How long a TURN credential may be used to allocate (LiveKit's value); whatever connects later is given a fresh one. */
export const turnCredentialLifetimeMs = 5 * 60_000

/** The TURN servers of this installation. */
export interface TurnSettings {
  readonly urls: readonly string[]
  /** Shared with the TURN servers. The newest comes first and signs; a server that is being rotated still knows an older one. */
  readonly secrets: readonly string[]
}

/**
 * The servers that a client may use, with credentials of TURN's REST API (draft-uberti-behave-turn-rest-00): `username` is the Unix
 * second of expiry and the participant, `credential` the base64 of its HMAC-SHA1 by the shared secret. `stun:` URLs need none.
 */
export function iceServersFor(participant: string, turn: TurnSettings, nowMs: number): readonly IceServer[] {
  const [secret] = turn.secrets
  const stun = turn.urls.filter((url) => url.startsWith('stun'))
  const relays = turn.urls.filter((url) => url.startsWith('turn'))
  const open = stun.length === 0 ? [] : [{ urls: stun }]
  if (relays.length === 0 || secret === undefined) return open
  const username = `${Math.floor((nowMs + turnCredentialLifetimeMs) / 1000)}:${participant}`
  return [...open, { urls: relays, username, credential: createHmac('sha1', secret).update(username).digest('base64') }]
}
