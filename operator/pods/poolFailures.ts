import { backoffMs } from '../../kit/backoff.ts'

/** The first failure costs nothing; each further one doubles the wait. */
const retry = { firstMs: 10_000, maxMs: 300_000 }
/** A pool whose Pods lived for so long fails for the first time again. */
const memoryMs = 900_000

/** How often Pods of a pool were given up by their kubelets lately, so that their replacements make no hot loop. By the pool's uid. */
export class PoolFailures {
  readonly #failures = new Map<string, { readonly count: number; readonly atMs: number; readonly untilMs: number }>()
  readonly #random: () => number

  /** `random` yields [0, 1). */
  constructor(random: () => number) {
    this.#random = random
  }

  /** A Pod is over. */
  failed(pool: string, nowMs: number): void {
    const known = this.#failures.get(pool)
    const count = known === undefined || nowMs - known.atMs > memoryMs ? 1 : known.count + 1
    const untilMs = count === 1 ? nowMs : nowMs + backoffMs(retry, count - 1, this.#random)
    this.#failures.set(pool, { count, atMs: nowMs, untilMs })
  }

  /** When the next media node may be made; monotonic milliseconds. */
  notBeforeMs(pool: string): number {
    return this.#failures.get(pool)?.untilMs ?? 0
  }
  /** The pool has gone. */
  forget(pool: string): void {
    this.#failures.delete(pool)
  }
}
