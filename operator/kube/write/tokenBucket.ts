import type { Clock } from '../../../kit/clock.ts'

/** Lets so many things happen a second, after a burst. */
export interface TokenBucket {
  /** Takes a token; false where there is none. */
  take(): boolean
  /** How long until there is a token; 0 where there is one. */
  waitMs(): number
}

/** Makes a full bucket. It is filled by the monotonic clock, so that a jump of the wall clock gives nothing away. */
export function createTokenBucket(options: { ratePerSecond: number; burst: number; clock: Clock }): TokenBucket {
  const { ratePerSecond, burst, clock } = options
  let tokens = burst
  let filledAtMs = clock.monotonicMs()

  function fill(): void {
    const nowMs = clock.monotonicMs()
    tokens = Math.min(burst, tokens + ((nowMs - filledAtMs) / 1000) * ratePerSecond)
    filledAtMs = nowMs
  }

  return {
    take() {
      fill()
      if (tokens < 1) return false
      tokens -= 1
      return true
    },
    waitMs() {
      fill()
      return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) / ratePerSecond) * 1000)
    },
  }
}
