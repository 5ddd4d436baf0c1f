import { readFileSync } from 'node:fs'

import type { Clock, Timer } from './clock.ts'
import type { Log } from './log.ts'

/** Files that are read again when they have changed. */
export interface FollowOptions {
  readonly paths: readonly string[]
  /** What they held when they were read first, in that order. */
  readonly texts: readonly string[]
  /** Takes what they hold now; what it throws is told in the log once, and what they held before goes on to count. */
  readonly take: (texts: readonly string[]) => Promise<void> | void
  readonly clock: Clock
  readonly log: Log
  /** May throw. */
  readonly readText?: ((path: string) => string) | undefined
}

/** Kubernetes brings a changed Secret or ConfigMap to a Pod within about two minutes; looking more often than this would not be noticed. */
const lookEveryMs = 10_000

/**
 * Looks at files every ten seconds and hands on what has changed, so that a renewed certificate or key restarts nobody. Polling, since what
 * Kubernetes mounts are links that are swapped, which watches of files do not see.
 */
export function followFiles({ paths, texts, take, clock, log, readText }: FollowOptions): Timer {
  const read = readText ?? ((path: string) => readFileSync(path, 'utf8'))
  let taken = texts
  let faulty = false

  async function look(): Promise<void> {
    try {
      const now = paths.map(read)
      if (now.every((text, index) => text === taken[index])) return
      await take(now)
      taken = now
      faulty = false
      log.info({ object: paths.join(', ') }, 'changed files are taken up')
    } catch (err) {
      if (!faulty) log.error({ object: paths.join(', '), err }, 'changed files cannot be used; what they held before counts')
      faulty = true
    }
  }

  return clock.every(lookEveryMs, () => void look())
}
