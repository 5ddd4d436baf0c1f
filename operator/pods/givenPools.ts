import { readFileSync } from 'node:fs'

import { z } from 'zod'

import type { MediaNodePoolSpecApply } from '../../crds/index.ts'

/** A pool that an installation wants to have: made once, and the user's from then on. */
export interface GivenPool {
  readonly name: string
  readonly spec: MediaNodePoolSpecApply
}

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
/** A media node's name adds six characters to it, and is a label of 63. */
const longestName = 57

const givenPools = z
  .array(
    z.strictObject({
      name: z.string().max(longestName).regex(label, 'must be a DNS label: a-z, 0-9 and -'),
      // The API server knows the rest of it, and says what does not fit.
      spec: z.looseObject({ region: z.string().min(1) }),
    }),
  )
  .refine((pools) => new Set(pools.map(({ name }) => name)).size === pools.length, 'names a pool twice')

/** Reads a pools file; throws with the first fault, by path, in words. */
export function readGivenPools(path: string): readonly GivenPool[] {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new Error(`${path}: must be a file with JSON`, { cause })
  }
  const parsed = givenPools.safeParse(content)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Error(`${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'does not fit'}`)
}
