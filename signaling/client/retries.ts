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
  const tries = new Map<string, { count: number; dueAtMs: number; timer: Timer | undefined }>()
  return {
    due: (key) => (tries.get(key)?.dueAtMs ?? 0) <= clock.monotonicMs(),
    failed(key, error) {
      const count = (tries.get(key)?.count ?? 0) + 1
      const forGood = error.retry === 'never' || count > maxMediaRetries
      const delayMs = Math.max(error.retryAfterMs ?? 0, backoffMs(mediaBackoff, count, options.random))
      tries.set(key, {
        count,
        dueAtMs: forGood ? Infinity : clock.monotonicMs() + delayMs,
        timer: forGood ? undefined : clock.after(delayMs, options.onDue),
      })
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
