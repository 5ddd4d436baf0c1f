import { backoffMs, type Backoff } from '../../kit/backoff.ts'
import type { Clock, Timer } from '../../kit/clock.ts'
import type { Child, ExitReason, ProcessPlan, StartChild } from './child.ts'

/** What happened to a process, for the one who tells it. */
export type ProcessEvent =
  | { readonly type: 'started'; readonly name: string; readonly pid: number; readonly starts: number }
  | { readonly type: 'died'; readonly name: string; readonly reason: ExitReason; readonly againInMs: number }
  | { readonly type: 'stopped'; readonly name: string }

/** Options of {@link supervise}. `random` yields [0, 1). */
export interface SupervisorOptions {
  readonly plan: ProcessPlan
  readonly start: StartChild
  readonly clock: Clock
  readonly random: () => number
  readonly onLine: (name: string, line: string) => void
  readonly onEvent: (event: ProcessEvent) => void
}

/** A process that is kept running until it is stopped. */
export interface Supervised {
  readonly plan: ProcessPlan
  /** The process that runs now; undefined between a death and the next start, and in the end. */
  readonly pid: number | undefined
  /** How often it was started. */
  readonly starts: number
  /** Stops it in order, by force after `graceMs`; resolves when it is gone. It is not started again. */
  stop(graceMs: number): Promise<void>
  /** Ends it at once. It is not started again. */
  kill(): void
}

/** The wait before a process that died is started again; one that ran for `settledAfterMs` begins at the first wait again. */
export const restartBackoff: Backoff = { firstMs: 200, maxMs: 5_000 }
export const settledAfterMs = 10_000

/**
 * Keeps one process running.
 *
 * | state    | entered by             | leaves by                                   |
 * | running  | start, backoff is over | death: waiting; stop or kill: ending        |
 * | waiting  | death                  | backoff is over: running; stop, kill: ended |
 * | ending   | stop, kill             | death: ended                                |
 */
export function supervise(options: SupervisorOptions): Supervised {
  const { plan, clock } = options
  let child: Child | undefined
  let restart: Timer | undefined
  let starts = 0
  let deathsInARow = 0
  let ending = false

  function start(): void {
    const startedAtMs = clock.monotonicMs()
    const started = options.start(plan, (line) => options.onLine(plan.name, line))
    child = started
    starts += 1
    options.onEvent({ type: 'started', name: plan.name, pid: started.pid, starts })
    void started.exited.then((reason) => {
      // What the process left behind in its group (media workers, for instance) goes with it.
      started.kill()
      child = undefined
      if (ending) options.onEvent({ type: 'stopped', name: plan.name })
      else startAgain(reason, clock.monotonicMs() - startedAtMs)
    })
  }

  function startAgain(reason: ExitReason, ranForMs: number): void {
    deathsInARow = ranForMs >= settledAfterMs ? 1 : deathsInARow + 1
    const againInMs = Math.round(backoffMs(restartBackoff, deathsInARow, options.random))
    options.onEvent({ type: 'died', name: plan.name, reason, againInMs })
    restart = clock.after(againInMs, start)
  }

  function end(): void {
    ending = true
    restart?.cancel()
  }

  start()
  return {
    plan,
    get pid() {
      return child?.pid
    },
    get starts() {
      return starts
    },
    async stop(graceMs) {
      end()
      const present = child
      if (!present) return
      present.terminate()
      const force = clock.after(graceMs, () => present.kill())
      await present.exited
      force.cancel()
    },
    kill() {
      end()
      child?.kill()
    },
  }
}
