import { checkedDelayMs, sleepBy, type Clock, type Timer } from './clock.ts'

interface Entry {
  readonly dueMs: number
  readonly order: number
  readonly run: () => void
}

/** A clock that stands still until a test moves it: no test waits for real time. */
export interface VirtualClock extends Clock {
  /** Moves time forward, firing due timers in order and letting promises settle after each. */
  advance(durationMs: number): Promise<void>
  /** How many timers wait; a finished part leaves none behind. */
  pending(): number
}

/** Lets everything that is already resolved run: promise jobs and one turn of the event loop. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Lets promise jobs run until none is left; a turn of the event loop costs ten times as much. */
function settleJobs(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve))
}

/** Makes a {@link VirtualClock} that shows `startMs` (Unix milliseconds). */
export function virtualClock(startMs = Date.UTC(2026, 0, 1)): VirtualClock {
  let elapsedMs = 0
  let order = 0
  const entries = new Set<Entry>()

  function add(delayMs: number, run: () => void): Timer {
    const entry = { dueMs: elapsedMs + checkedDelayMs(delayMs), order: order++, run }
    entries.add(entry)
    return { cancel: () => void entries.delete(entry) }
  }

  function next(untilMs: number): Entry | undefined {
    let first: Entry | undefined
    for (const entry of entries) {
      const earlier =
        first === undefined || entry.dueMs < first.dueMs || (entry.dueMs === first.dueMs && entry.order < first.order)
      if (entry.dueMs <= untilMs && earlier) first = entry
    }
    return first
  }

  return {
    nowMs: () => startMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    after: add,
    every(periodMs, run) {
      let current: Timer
      const arm = (): void => {
        current = add(periodMs, () => {
          arm()
          run()
        })
      }
      arm()
      return { cancel: () => current.cancel() }
    },
    sleep: (delayMs, signal) => sleepBy(add, delayMs, signal),
    async advance(durationMs) {
      const untilMs = elapsedMs + durationMs
      await settle()
      for (let entry = next(untilMs); entry; entry = next(untilMs)) {
        entries.delete(entry)
        elapsedMs = Math.max(elapsedMs, entry.dueMs)
        entry.run()
        await settleJobs()
      }
      elapsedMs = Math.max(elapsedMs, untilMs) // Whoever waits beside may have moved it further.
      await settle()
    },
    pending: () => entries.size,
  }
}
