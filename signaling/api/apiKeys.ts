import { z } from 'zod'

import { namespaceName } from '../../sfu/api/identity.ts'

/** HS256 asks for a key of at least 256 bits (RFC 7518, 3.2): 32 characters hold them only if they are random, so fewer are refused. */
const minSecretLength = 32

/** An API key: whoever holds its secret may let people join meetings of its namespaces. */
export const apiKey = z.strictObject({
  /** Named in a token's `iss`. */
  key: z.string().min(1).max(64),
  secret: z.string().min(minSecretLength, `must be at least ${minSecretLength} characters long`).max(512),
  /** The first one is meant where a token names none. */
  namespaces: z.array(namespaceName).min(1).max(100),
})
export type ApiKey = z.infer<typeof apiKey>

/** The keys file: a JSON list of keys, each name once. */
export const apiKeysFile = z
  .array(apiKey)
  .min(1)
  .max(1000)
  .refine((keys) => new Set(keys.map(({ key }) => key)).size === keys.length, 'must name each key once')
