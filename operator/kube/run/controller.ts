import type { Clock } from '../../../kit/clock.ts'
import type { Log } from '../../../kit/log.ts'
import type { Expectations } from '../write/expectations.ts'
import type { Term } from '../lead/leaderTypes.ts'
import type { KubeMetrics } from '../metrics.ts'
import { keyOf, type KubeObject } from '../objects.ts'
import { wakeAfter, type Outcome } from '../client/outcome.ts'
import { createQueue, type Queue } from './queue.ts'
import type { Store } from '../watch/store.ts'

/** Where a controller's work comes from: asks for all of it that there is now, then for what changes; returns how to stop. */
export type Trigger = (queue: Pick<Queue, 'add' | 'addAfter'>) => () => void

/** One controller: what brings work, and what does it. It runs while this replica leads. */
export interface Controller {
  /** The label of its metrics. */
  readonly name: string
  /** Makes the world of one key as it should be. It may be called at any time, with nothing changed, and converges. */
  readonly reconcile: (key: string, signal: AbortSignal) => Promise<Outcome>
  readonly triggers: readonly Trigger[]
  /** Keys at once; 4 unless told otherwise. */
  readonly concurrency?: number
  /** A key waits while the caches have not seen what its own work wrote. */
  readonly expectations?: Expectations
}

const defaultConcurrency = 4
/** The change that a key waits for asks for it; this is the net below. */
const unseenPauseMs = 500

/** Work for each object of a store; `keysOf` maps it to the keys that it concerns, its own unless told otherwise. */
export function eachOf<T extends KubeObject>(
  store: Store<T>,
  keysOf: (object: T) => readonly string[] = (object) => [keyOf(object)],
): Trigger {
  return (queue) => {
    for (const object of store.list()) for (const key of keysOf(object)) queue.add(key)
    return store.onChange(({ before, after }) => {
      for (const object of [before, after]) for (const key of object ? keysOf(object) : []) queue.add(key)
    })
  }
}

/** A controller at work. */
export interface RunningController {
  /** Stops the triggers and drains the queue. */
  stop(deadline: AbortSignal): Promise<void>
}

/** Starts a controller for a term. */
export function startController(
  controller: Controller,
  options: { term: Pick<Term, 'lost'>; clock: Clock; random: () => number; log: Log; metrics: KubeMetrics },
): RunningController {
  const { reconcile, expectations } = controller
  const queue = createQueue({
    name: controller.name,
    handle: async (key, signal) => {
      const unseen = expectations?.missing(key)
      return unseen === undefined ? reconcile(key, signal) : wakeAfter(unseenPauseMs)
    },
    concurrency: controller.concurrency ?? defaultConcurrency,
    signal: options.term.lost,
    clock: options.clock,
    random: options.random,
    log: options.log,
    metrics: options.metrics,
  })
  const stops = controller.triggers.map((trigger) => trigger(queue))
  return {
    stop(deadline) {
      for (const stop of stops) stop()
      return queue.drain(deadline)
    },
  }
}
