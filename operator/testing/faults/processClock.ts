import { sleepBy, type Clock, type Timer } from '../../../kit/clock.ts'
import type { ProcessLife } from './processLife.ts'

/** How a process's clocks differ from the world's, in milliseconds. */
export interface Skew {
  readonly wallMs: number
  readonly monotonicMs: number
}

/** The clock of one simulated process: its own wall and monotonic time, and timers that wait while it is paused and die with it. */
export function processClock(world: Clock, life: ProcessLife, skew: Skew): Clock {
  const timers = new Set<Timer>()
  life.onEnd(() => {
    for (const timer of timers) timer.cancel()
    timers.clear()
  })

  function after(delayMs: number, run: () => void): Timer {
    let over = false
    const inner = world.after(delayMs, () => {
      timers.delete(timer)
      life.run(() => {
        if (!over) run()
      })
    })
    const timer: Timer = {
      cancel() {
        over = true
        timers.delete(timer)
        inner.cancel()
      },
    }
    timers.add(timer)
    return timer
  }

  return {
    nowMs: () => world.nowMs() + skew.wallMs,
    monotonicMs: () => world.monotonicMs() + skew.monotonicMs,
    after,
    every(periodMs, run) {
      let current: Timer
      const arm = (): void => {
        current = after(periodMs, () => {
          arm()
          run()
        })
      }
      arm()
      return { cancel: () => current.cancel() }
    },
    sleep: (delayMs, signal) => sleepBy(after, delayMs, signal),
  }
}
