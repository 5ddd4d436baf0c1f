import { SignJWT, type JWTPayload } from 'jose'

import { checked } from '../../kit/validation.ts'
import type { ApiKey } from './apiKeys.ts'
import { clientTokenClaims, type ClientTokenClaims } from './token.ts'

/** What a client token shall say; `iss` and `exp` come from the key and the lifetime. */
export type ClientTokenWish = Omit<ClientTokenClaims, 'iss' | 'exp'>

/** Makes a client token (HS256) by an API key. Raises `invalid` with the field where a claim does not fit. */
export function mintClientToken(
  key: Pick<ApiKey, 'key' | 'secret'>,
  wish: ClientTokenWish,
  life: { readonly nowMs: number; readonly lifetimeMs: number },
): Promise<string> {
  const exp = Math.ceil((life.nowMs + life.lifetimeMs) / 1000)
  const claims = checked(clientTokenClaims, { ...wish, iss: key.key, exp }, 'claims')
  return new SignJWT(claims as JWTPayload)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(new TextEncoder().encode(key.secret))
}
