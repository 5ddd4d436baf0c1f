import { signToken, verifyToken, type SigningKey, type TrustedKeys } from '../../kit/keys.ts'
import { bearerLifetimeMs, tokenTypes } from './tokens.ts'

/** The bearers that carry no claims of their own: who signed them, for which node, is all they say. */
export type BearerKind = 'order' | 'session'

/** Signs a bearer for `node`, made anew for each connection. */
export function signBearer(key: SigningKey, bearer: { kind: BearerKind; node: string; nowMs: number }): Promise<string> {
  return signToken(key, {
    type: tokenTypes[bearer.kind].type,
    audience: bearer.node,
    claims: {},
    nowMs: bearer.nowMs,
    lifetimeMs: bearerLifetimeMs,
  })
}

/** Verifies a bearer that was shown to `node`; raises `unauthorized`. */
export async function verifyBearer(
  keys: TrustedKeys,
  token: string,
  expected: { kind: BearerKind; node: string; nowMs: number },
): Promise<void> {
  const { type, roles } = tokenTypes[expected.kind]
  await verifyToken(keys, token, { type, roles, audience: expected.node, nowMs: expected.nowMs })
}
