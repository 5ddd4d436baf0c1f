import { z } from 'zod'

import type { TrustedJwk } from '../../kit/keys.ts'
import { cliErrors } from '../failure.ts'
import { privateKey } from './items.ts'

const trustedKeys = z.looseObject({
  keys: z.array(z.looseObject({ kid: z.string().min(1), role: z.string().min(1), x: z.string() })),
})

/** The public half of a private key, with whose it is. */
export function publicOf(privateText: string, role: string): TrustedJwk {
  const { kty, crv, kid, x } = privateKey.parse(JSON.parse(privateText))
  return { kty, crv, x, kid, alg: 'EdDSA', use: 'sig', role }
}

function read(text: string | undefined, where: string): z.infer<typeof trustedKeys> {
  if (text === undefined) return { keys: [] }
  try {
    return trustedKeys.parse(JSON.parse(text))
  } catch (cause) {
    throw cliErrors.raise.trusted_keys_unreadable({ where }, { cause })
  }
}

/**
 * The keys that media nodes trust, as the text of a JWKS: those that were trusted before, so that a rotation cuts nobody off, and the
 * present ones. Undefined where nothing changes. Raises `trusted_keys_unreadable`, and `key_id_reused` where another key has the same id.
 */
export function trusting(before: string | undefined, present: readonly TrustedJwk[], where: string): string | undefined {
  const { keys } = read(before, where)
  const added = present.filter((key) => {
    const same = keys.find(({ kid }) => kid === key.kid)
    if (same !== undefined && same.x !== key.x) throw cliErrors.raise.key_id_reused({ kid: key.kid, where })
    return same === undefined
  })
  return added.length === 0 ? undefined : JSON.stringify({ keys: [...keys, ...added] })
}

/** The same without the keys of a role, but for one. Undefined where nothing changes. */
export function without(
  before: string | undefined,
  { role, but }: { readonly role: string; readonly but: string },
  where: string,
): string | undefined {
  const { keys } = read(before, where)
  const left = keys.filter((key) => key.role !== role || key.kid === but)
  return left.length === keys.length ? undefined : JSON.stringify({ keys: left })
}
