import { readFileSync } from 'node:fs'

import type { Clock } from './clock.ts'
import { trustedKeysOf, type TrustedJwk, type TrustedKeys } from './keys.ts'
import type { Log } from './log.ts'

/** Trusted keys that follow their file, until they are closed. */
export interface FollowedKeys extends TrustedKeys {
  close(): void
}

/** What {@link followTrustedKeys} needs. `readText` may throw. */
export interface FollowOptions {
  readonly path: string
  readonly clock: Clock
  readonly log: Log
  readonly readText?: (path: string) => string
}

/** Kubernetes brings a changed ConfigMap to a Pod within about two minutes; looking more often than this would not be noticed. */
const lookEveryMs = 10_000

const parsed = async (text: string): Promise<TrustedKeys> => trustedKeysOf(JSON.parse(text) as { keys: TrustedJwk[] })

/**
 * Reads a JWKS file of trusted public keys, and reads it again when it has changed, so that a rotation of keys restarts nobody. A file that
 * cannot be read, or that would leave nobody trusted, is told in the log and changes nothing. Rejects where the first reading fails.
 */
export async function followTrustedKeys(options: FollowOptions): Promise<FollowedKeys> {
  const { path, clock, log, readText = (file) => readFileSync(file, 'utf8') } = options
  let seen = readText(path)
  let keys = await parsed(seen)
  let faulty = false

  async function look(): Promise<void> {
    try {
      const text = readText(path)
      if (text === seen) return
      const next = await parsed(text)
      if (next.byKid.size === 0) throw new Error('it holds no key')
      ;[seen, keys, faulty] = [text, next, false]
      log.info({ object: path }, 'trusted keys have changed')
    } catch (err) {
      if (!faulty) log.error({ object: path, err }, 'trusted keys cannot be read again; the former ones count')
      faulty = true
    }
  }

  const timer = clock.every(lookEveryMs, () => void look())
  return {
    get byKid() {
      return keys.byKid
    },
    close: () => timer.cancel(),
  }
}
