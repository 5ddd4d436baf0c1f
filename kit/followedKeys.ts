import { readFileSync } from 'node:fs'

import type { Clock } from './clock.ts'
import { followFiles } from './followedFiles.ts'
import { trustedKeysOf, type TrustedJwk, type TrustedKeys } from './keys.ts'
import type { Log } from './log.ts'

/** Trusted keys that follow their file, until they are closed. */
export interface FollowedKeys extends TrustedKeys {
  close(): void
}

/** What {@link followTrustedKeys} needs. `readText` may throw. */
export interface FollowKeysOptions {
  readonly path: string
  readonly clock: Clock
  readonly log: Log
  readonly readText?: (path: string) => string
}

const parsed = async (text: string): Promise<TrustedKeys> => trustedKeysOf(JSON.parse(text) as { keys: TrustedJwk[] })

/**
 * Reads a JWKS file of trusted public keys, and reads it again when it has changed, so that a rotation of keys restarts nobody. A file that
 * cannot be read, or that would leave nobody trusted, changes nothing. Rejects where the first reading fails.
 */
export async function followTrustedKeys(options: FollowKeysOptions): Promise<FollowedKeys> {
  const { path, clock, log, readText } = options
  const text = readText === undefined ? readFileSync(path, 'utf8') : readText(path)
  let keys = await parsed(text)

  const timer = followFiles({
    paths: [path],
    texts: [text],
    async take([changed = '']) {
      const next = await parsed(changed)
      if (next.byKid.size === 0) throw new Error('it holds no key')
      keys = next
    },
    ...{ clock, log, readText },
  })
  return {
    get byKid() {
      return keys.byKid
    },
    close: () => timer.cancel(),
  }
}
