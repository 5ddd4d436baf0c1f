import type { Clock } from '../../kit/clock.ts'
import { maxLoadLineBytes } from '../../sfu/api/load.ts'

/** So much a second, and so much at once. */
interface Allowance {
  readonly perSecond: number
  readonly burst: number
}

/**
 * What the load stream of one media node may bring. A node tells a load each second and each of its segments at most ten times; one with
 * hundreds of people who come and go sends some hundred lines, and some hundred kilobytes, a second. Twice the longest `hello` at once.
 */
export const streamAllowances = {
  lines: { perSecond: 2_000, burst: 20_000 },
  bytes: { perSecond: 1024 * 1024, burst: 2 * maxLoadLineBytes },
} as const satisfies Record<string, Allowance>

/** Counts what comes, over reconnections: work that a media node makes for others has a bound, whatever it sends. */
export class StreamBudget {
  readonly #clock: Clock
  readonly #left: Record<keyof typeof streamAllowances, { amount: number; atMs: number }>

  constructor(clock: Clock) {
    this.#clock = clock
    const atMs = clock.monotonicMs()
    this.#left = {
      lines: { amount: streamAllowances.lines.burst, atMs },
      bytes: { amount: streamAllowances.bytes.burst, atMs },
    }
  }

  /** So much came. What is wrong with that, in words; undefined where it is within what it may be. */
  take(what: keyof typeof streamAllowances, count: number): string | undefined {
    const { perSecond, burst } = streamAllowances[what]
    const left = this.#left[what]
    const nowMs = this.#clock.monotonicMs()
    left.amount = Math.min(burst, left.amount + ((nowMs - left.atMs) / 1_000) * perSecond) - count
    left.atMs = nowMs
    return left.amount < 0 ? `more than ${perSecond} ${what} a second` : undefined
  }
}
