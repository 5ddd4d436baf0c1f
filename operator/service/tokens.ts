import { hash, timingSafeEqual } from 'node:crypto'

import { z } from 'zod'

import { commonErrors } from '../../kit/errors.ts'
import { readJsonFile } from '../../kit/jsonFile.ts'
import { namespaceName } from '../../sfu/api/identity.ts'
import { placementErrors } from '../api/errors.ts'

/** What a placement token may do. */
export const placementVerb = z.enum(['place', 'release', 'move', 'explain', 'topology'])
export type PlacementVerb = z.infer<typeof placementVerb>

/** The file of placement tokens: who may do what in which namespaces; `*` means all. */
export const placementTokens = z
  .array(
    z.strictObject({
      /** Whose it is; stands in logs instead of the token. */
      name: z.string().min(1).max(63),
      token: z.string().min(16, 'must be at least 16 characters long').max(4_096),
      namespaces: z.array(z.union([z.literal('*'), namespaceName])).min(1),
      verbs: z.array(placementVerb).min(1),
    }),
  )
  .max(1_000)
export type PlacementTokens = z.infer<typeof placementTokens>

/** Who asks, as their token says. */
export interface Bearer {
  readonly name: string
  /** Raises `verb_not_allowed`. */
  mustDo(verb: PlacementVerb): void
  /** Raises `namespace_not_allowed`. */
  mustServe(namespace: string): void
  readonly serves: (namespace: string) => boolean
}

const digestOf = (token: string): Buffer => hash('sha256', token, 'buffer')

function bearerOf({ name, verbs, namespaces }: PlacementTokens[number]): Bearer {
  const serves = (namespace: string): boolean => namespaces.includes('*') || namespaces.includes(namespace)
  return {
    name,
    serves,
    mustDo(verb) {
      if (!verbs.includes(verb)) throw placementErrors.raise.verb_not_allowed({ verb })
    },
    mustServe(namespace) {
      if (!serves(namespace)) throw placementErrors.raise.namespace_not_allowed({ namespace }, { field: 'namespace' })
    },
  }
}

/**
 * Who may ask. Each given token is compared with all known ones in constant time, so that nothing is learnt of a token from how long
 * its refusal takes.
 */
export function createBearers(tokens: PlacementTokens): (token: string) => Bearer {
  const known = tokens.map((entry) => ({ bearer: bearerOf(entry), digest: digestOf(entry.token) }))
  return (token) => {
    const digest = digestOf(token)
    let found: Bearer | undefined
    for (const entry of known) if (timingSafeEqual(entry.digest, digest)) found = entry.bearer
    if (found === undefined) throw commonErrors.raise.unauthorized({ why: 'the token is not known' }, { field: 'authorization' })
    return found
  }
}

/** Reads a file of placement tokens; throws an Error that names the entry that is wrong, never a token. */
export function readPlacementTokens(path: string): PlacementTokens {
  const parsed = placementTokens.safeParse(readJsonFile(path))
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new Error(`${path} is no file of placement tokens: ${faults.join('; ')}`)
}
