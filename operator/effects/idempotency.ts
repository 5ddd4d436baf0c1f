import type { Clock } from '../../kit/clock.ts'
import { QueueMap } from '../ledger/collections/queueMap.ts'

/** Answers a repeated request with the answer of the first. */
export interface Idempotency<T> {
  /** The answer to `key`: that of a call under way or kept, else what `make` makes. */
  once(key: string, make: () => Promise<T>): Promise<T>
}

interface Kept<T> {
  readonly answer: Promise<T>
  readonly sinceMs: number
}

/** What {@link createIdempotency} needs. */
export interface IdempotencyOptions<T> {
  readonly clock: Clock
  readonly keepMs: number
  /** How many answers are kept at most; the oldest go first. */
  readonly keepAtMost: number
  /** Whether an answer is kept; one that is not is made anew for a repetition. */
  readonly isKept: (answer: T) => boolean
}

/** Makes a memory of answers. Calls under way are shared; what was rejected is not kept. */
export function createIdempotency<T>(options: IdempotencyOptions<T>): Idempotency<T> {
  const { clock, keepMs, keepAtMost, isKept } = options
  const kept = new QueueMap<Kept<T>>()

  function forgetOld(nowMs: number): void {
    for (let first = kept.first(); first !== undefined; first = kept.first()) {
      if (nowMs - first.item.sinceMs < keepMs && kept.size < keepAtMost) return
      kept.delete(first.key)
    }
  }

  return {
    once(key, make) {
      const nowMs = clock.monotonicMs()
      const known = kept.get(key)
      if (known !== undefined && nowMs - known.sinceMs < keepMs) return known.answer
      forgetOld(nowMs)
      const entry: Kept<T> = { answer: make(), sinceMs: nowMs }
      kept.put(key, entry)
      const drop = (): void => {
        if (kept.get(key) === entry) kept.delete(key)
      }
      entry.answer.then((answer) => isKept(answer) || drop(), drop)
      return entry.answer
    },
  }
}
