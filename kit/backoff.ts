/** How a retry waits: exponential from `firstMs` to `maxMs`, with full jitter above half (AWS "equal jitter"). */
export interface Backoff {
  readonly firstMs: number
  readonly maxMs: number
}

/** The wait before attempt number `attempt` (1 is the first retry). `random` yields [0, 1). */
export function backoffMs(backoff: Backoff, attempt: number, random: () => number): number {
  const ceilingMs = Math.min(backoff.maxMs, backoff.firstMs * 2 ** Math.max(0, attempt - 1))
  return ceilingMs / 2 + (random() * ceilingMs) / 2
}
