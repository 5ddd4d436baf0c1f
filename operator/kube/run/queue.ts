import { backoffMs, type Backoff } from '../../../kit/backoff.ts'
import type { Clock, Timer } from '../../../kit/clock.ts'
import type { Log } from '../../../kit/log.ts'
import type { KubeMetrics } from '../metrics.ts'
import { askedWaitMs, outcomeOf, resultLabels, type Outcome } from '../client/outcome.ts'

/** A queue of keys that need work. A key says that something changed, never what. */
export interface Queue {
  /** Asks for work on a key. While it waits, more asking changes nothing; while it is worked on, it is worked on once more after. */
  add(key: string): void
  /** Asks for work after a delay. Of several delays the shortest counts; work in between makes it void. */
  addAfter(key: string, delayMs: number): void
  /** Keys that wait for a worker, those that wait for a time not counted. */
  depth(): number
  /** Takes no more keys, forgets those that wait, and resolves when the work that runs has ended. When `deadline` aborts, so does that work. */
  drain(deadline: AbortSignal): Promise<void>
}

/** What a queue is made of. */
export interface QueueOptions {
  /** The `controller` of metrics and logs. */
  readonly name: string
  /** The work. It must end when its signal aborts; what it throws becomes `retry` or `terminal`. */
  readonly handle: (key: string, signal: AbortSignal) => Promise<Outcome>
  /** How many keys at once. */
  readonly concurrency: number
  /** Aborts all work at once, as when the lease is lost. */
  readonly signal: AbortSignal
  /** Work on one key that takes longer is aborted and tried again. */
  readonly handleTimeoutMs?: number
  readonly backoff?: Backoff
  readonly clock: Clock
  /** Yields [0, 1). */
  readonly random: () => number
  readonly log: Log
  readonly metrics: KubeMetrics
}

/** controller-runtime waits 5 ms to 1,000 s; an operator that fails for minutes should come back within one. */
const defaultBackoff: Backoff = { firstMs: 50, maxMs: 60_000 }
const defaultHandleTimeoutMs = 60_000
/** The same where something changed meanwhile, which may help or may be the failure itself: at most a quarter of a second, and never at once. */
const newsWaitAtMostMs = 250

/** Work on a key that runs. */
interface Work {
  /** Whether the key was asked for again meanwhile. */
  again: boolean
  readonly abort: AbortController
}

/**
 * A keyed, coalescing, level-triggered queue in the manner of controller-runtime: a key waits once, is never worked on twice at a time,
 * and what happens during the work brings it back after: at once where that went well, else after a short wait, since what fails often learns
 * something by it, and would be tried again without a pause.
 */
export function createQueue(options: QueueOptions): Queue {
  const { name, handle, concurrency, clock, random, log, metrics } = options
  const { backoff = defaultBackoff, handleTimeoutMs = defaultHandleTimeoutMs } = options
  /** Keys that wait for a worker, oldest first. */
  const waiting = new Set<string>()
  const working = new Map<string, Work>()
  const timers = new Map<string, { timer: Timer; dueMs: number }>()
  const failures = new Map<string, number>()
  let open = true
  let onIdle = (): void => undefined

  for (const result of Object.values(resultLabels)) metrics.reconciles.inc({ controller: name, result }, 0)
  metrics.queueAdds.inc({ name }, 0)
  metrics.queueRetries.inc({ name }, 0)
  metrics.queueDepth.set({ name }, 0)

  const mayWork = (): boolean => open && !options.signal.aborted

  function add(key: string): void {
    const current = working.get(key)
    if (!mayWork() || waiting.has(key) || current?.again) return
    metrics.queueAdds.inc({ name })
    if (current) {
      current.again = true
    } else {
      waiting.add(key)
      pump()
    }
  }

  function addAfter(key: string, delayMs: number): void {
    if (!mayWork()) return
    const dueMs = clock.monotonicMs() + delayMs
    const set = timers.get(key)
    if (set && set.dueMs <= dueMs) return
    set?.timer.cancel()
    const timer = clock.after(delayMs, () => {
      timers.delete(key)
      add(key)
    })
    timers.set(key, { timer, dueMs })
  }

  function forgetTimer(key: string): void {
    timers.get(key)?.timer.cancel()
    timers.delete(key)
  }

  function pump(): void {
    for (const key of waiting) {
      if (working.size >= concurrency || !mayWork()) break
      waiting.delete(key)
      void work(key)
    }
    metrics.queueDepth.set({ name }, waiting.size)
    if (working.size === 0) onIdle()
  }

  /** Not by signals that are made of signals: hundreds a second of them stay until the next full collection. */
  function abortAll(reason: unknown): void {
    for (const { abort } of working.values()) abort.abort(reason)
  }
  options.signal.addEventListener('abort', () => abortAll(options.signal.reason), { once: true })

  async function outcomeFor(key: string, abort: AbortController): Promise<Outcome> {
    const limit = clock.after(handleTimeoutMs, () => abort.abort(new Error(`longer than ${handleTimeoutMs} ms`)))
    try {
      return await handle(key, abort.signal)
    } catch (thrown) {
      return outcomeOf(thrown)
    } finally {
      limit.cancel()
    }
  }

  async function work(key: string): Promise<void> {
    const current: Work = { again: false, abort: new AbortController() }
    working.set(key, current)
    forgetTimer(key) // What is decided now makes void what was decided before.
    const startedMs = clock.monotonicMs()
    const outcome = await outcomeFor(key, current.abort)
    metrics.reconciles.inc({ controller: name, result: resultLabels[outcome.at] })
    metrics.reconcileSeconds.observe({ controller: name }, (clock.monotonicMs() - startedMs) / 1000)
    working.delete(key)
    if (mayWork()) comeBack(key, outcome, current.again)
    pump()
  }

  function comeBack(key: string, outcome: Outcome, again: boolean): void {
    if (outcome.at === 'retry') return comeBackLater(key, outcome.error, again)
    failures.delete(key)
    if (again) waiting.add(key)
    if (outcome.at === 'wakeAfter') addAfter(key, outcome.delayMs)
    if (outcome.at === 'terminal') log.error({ object: key, reason: name, err: outcome.error }, 'reconcile cannot succeed')
  }

  function comeBackLater(key: string, error: unknown, again: boolean): void {
    const attempt = (failures.get(key) ?? 0) + 1
    failures.set(key, attempt)
    metrics.queueRetries.inc({ name })
    const within = again ? { ...backoff, maxMs: Math.min(backoff.maxMs, newsWaitAtMostMs) } : backoff
    const delayMs = Math.max(backoffMs(within, attempt, random), askedWaitMs(error))
    log.warn({ object: key, reason: name, attempt, durationMs: delayMs, err: error }, 'reconcile failed; it is tried again')
    addAfter(key, delayMs)
  }

  return {
    add,
    addAfter,
    depth: () => waiting.size,
    async drain(deadline) {
      open = false
      waiting.clear()
      for (const key of [...timers.keys()]) forgetTimer(key)
      const giveUp = (): void => abortAll(deadline.reason)
      deadline.addEventListener('abort', giveUp, { once: true })
      if (deadline.aborted) giveUp()
      await new Promise<void>((resolve) => {
        onIdle = resolve
        pump()
      })
      deadline.removeEventListener('abort', giveUp)
    },
  }
}
