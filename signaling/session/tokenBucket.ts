import type { Clock } from '../../kit/clock.ts'

/** How much of something a client may do: `burst` at once, and then one more each `periodMs`. */
export interface Allowance {
  readonly burst: number
  readonly periodMs: number
}

/** A token bucket. */
export interface TokenBucket {
  /** Takes one token; where there is none, the milliseconds until there will be. */
  take(): number | undefined
}

/** Makes a full bucket. */
export function createTokenBucket({ burst, periodMs }: Allowance, clock: Clock): TokenBucket {
  let tokens = burst
  let atMs = clock.monotonicMs()

  return {
    take() {
      const nowMs = clock.monotonicMs()
      tokens = Math.min(burst, tokens + (nowMs - atMs) / periodMs)
      atMs = nowMs
      if (tokens < 1) return Math.ceil((1 - tokens) * periodMs)
      tokens -= 1
      return undefined
    },
  }
}
