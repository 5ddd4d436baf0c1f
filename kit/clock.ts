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

/** The machine's own clock, in Node and in browsers. A sleep keeps the process alive, the other timers do not. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, run) {
    const handle = setTimeout(run, delayMs)
    unref(handle)
    return { cancel: () => clearTimeout(handle) }
  },
  every(periodMs, run) {
    const handle = setInterval(run, periodMs)
    unref(handle)
    return { cancel: () => clearInterval(handle) }
  },
  sleep(delayMs, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error)
      const onAbort = (): void => {
        clearTimeout(handle)
        reject(signal?.reason as Error)
      }
      const handle = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      }, delayMs)
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  },
}
