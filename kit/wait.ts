import { systemClock } from './clock.ts'

/** What {@link waitFor} waits for: a value that counts as true, or a sentence about what is missing. */
export type Condition<T> = () => Promise<T | Missing> | T | Missing

/** Says what a condition still lacks. */
export class Missing {
  readonly what: string
  constructor(what: string) {
    this.what = what
  }
}

/** Says that a condition does not hold yet, and what is missing. */
export function missing(what: string): Missing {
  return new Missing(what)
}

/**
 * Polls `condition` until it returns something other than {@link Missing}. For tests and start-up scripts against real processes.
 * Rejects after `timeoutMs` with what was missing last, or with the last error that the condition threw.
 */
export async function waitFor<T>(
  condition: Condition<T>,
  options: { timeoutMs: number; pollMs?: number; signal?: AbortSignal },
): Promise<T> {
  const deadlineMs = systemClock.monotonicMs() + options.timeoutMs
  for (;;) {
    let lacking: string
    let cause: unknown
    try {
      const result = await condition()
      if (!(result instanceof Missing)) return result
      lacking = result.what
    } catch (error) {
      lacking = error instanceof Error ? error.message : String(error)
      cause = error
    }
    if (systemClock.monotonicMs() > deadlineMs)
      throw new Error(`still missing after ${options.timeoutMs} ms: ${lacking}`, { cause })
    await systemClock.sleep(options.pollMs ?? 50, options.signal)
  }
}
