import { backoffMs, type Backoff } from '../../kit/backoff.ts'
import type { Clock, Timer } from '../../kit/clock.ts'
import type { CodedError } from '../../kit/errors.ts'

/** How often one thing is tried again before it counts as failed. */
export const maxMediaRetries = 6
const mediaBackoff: Backoff = { firstMs: 250, maxMs: 8_000 }

/** Tries by key: which may be made now, and when to look again. */
export interface Retries {
  /** Whether `key` may be tried now. */
  due(key: string): boolean
  /** A try failed: another will be due after backoff, unless the error or the number of tries says never. True when it has failed for good. */
  failed(key: string, error: CodedError): boolean
  /** It worked, or is not wanted any more. */
  forget(key: string): void
  forgetAll(): void
}

/** Makes {@link Retries}; `onDue` is called when one of them may be tried again. `random` yields [0, 1). */
export function createRetries(options: { clock: Clock; random: () => number; onDue: () => void }): Retries {
  const { clock } = options
  const tries = new Map<string, { count: number; isDue: boolean; timer: Timer | undefined }>()
  return {
    due: (key) => tries.get(key)?.isDue ?? true,
    failed(key, error) {
      const before = tries.get(key)
      before?.timer?.cancel()
      const count = (before?.count ?? 0) + 1
      const forGood = error.retry === 'never' || count > maxMediaRetries
      const delayMs = Math.max(error.retryAfterMs ?? 0, backoffMs(mediaBackoff, count, options.random))
      // The timer itself says when: by the clock it may fire a fraction of a millisecond early, and nobody would look again.
      const onTimer = (): void => {
        tries.set(key, { count, isDue: true, timer: undefined })
        options.onDue()
      }
      tries.set(key, { count, isDue: false, timer: forGood ? undefined : clock.after(delayMs, onTimer) })
      return forGood
    },
    forget(key) {
      tries.get(key)?.timer?.cancel()
      tries.delete(key)
    },
    forgetAll() {
      for (const { timer } of tries.values()) timer?.cancel()
      tries.clear()
    },
  }
}
