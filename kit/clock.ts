/** A timer that has not fired yet. `cancel` is idempotent. */
export interface Timer {
  cancel(): void
}

/** Where every part of Parley gets its time from, so that a test can own it. */
export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch. For what people and other machines read; it may jump. */
  nowMs(): number
  /** Milliseconds since some fixed moment of this process. For durations and expiry; it never jumps. */
  monotonicMs(): number
  /** Calls `run` once after `delayMs`. The timer does not keep the process alive. */
  after(delayMs: number, run: () => void): Timer
  /** Calls `run` every `periodMs`, first after one period. The timer does not keep the process alive. */
  every(periodMs: number, run: () => void): Timer
  /** Resolves after `delayMs`; rejects with the signal's reason when it aborts first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>
}

/** Lets a process of Node end while the timer waits; browsers have nothing of the kind. */
function unref(handle: unknown): void {
  if (typeof handle === 'object' && handle !== null && 'unref' in handle) (handle as NodeJS.Timeout).unref()
}

/** What `setTimeout` can wait for: 24.8 days. A longer delay it turns into 1 ms, which makes a hot loop of a wait. */
export const longestTimeoutMs = 2 ** 31 - 1

/** Refuses a delay that no clock can keep; both clocks do, so that a test finds it. */
export function checkedDelayMs(delayMs: number): number {
  if (!Number.isFinite(delayMs)) throw new RangeError(`a delay must be a finite number of milliseconds, not ${delayMs}`)
  return Math.max(0, delayMs)
}

/** A timeout of any finite length, in steps that `setTimeout` can keep. */
function timeout(delayMs: number, run: () => void): { handle: unknown; cancel: () => void } {
  let restMs = checkedDelayMs(delayMs)
  const timer = { handle: undefined as unknown, cancel: () => clearTimeout(timer.handle as number) }
  const step = (): void => {
    const stepMs = Math.min(restMs, longestTimeoutMs)
    restMs -= stepMs
    timer.handle = setTimeout(restMs > 0 ? step : run, stepMs)
  }
  step()
  return timer
}

/** A sleep made of a timer: `after` is what sets it. */
export function sleepBy(
  after: (delayMs: number, run: () => void) => Timer,
  delayMs: number,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error)
    const onAbort = (): void => {
      timer.cancel()
      reject(signal?.reason as Error)
    }
    const timer = after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** The machine's own clock, in Node and in browsers. A sleep keeps the process alive, the other timers do not. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, run) {
    const timer = timeout(delayMs, run)
    unref(timer.handle)
    return { cancel: timer.cancel }
  },
  every(periodMs, run) {
    const handle = setInterval(run, checkedDelayMs(periodMs))
    unref(handle)
    return { cancel: () => clearInterval(handle) }
  },
  sleep: (delayMs, signal) => sleepBy(timeout, delayMs, signal),
}
