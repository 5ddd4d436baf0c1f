import { ApiError, isPassing } from './apiError.ts'

/**
 * How the work on one key ended.
 *
 * | outcome   | meaning                                         | the key comes back                      | result label    |
 * | --------- | ----------------------------------------------- | --------------------------------------- | --------------- |
 * | done      | the world is as it should be                    | with the next change                    | `success`       |
 * | wakeAfter | it will be time for something                   | after the delay, or with a change       | `requeue_after` |
 * | retry     | something failed that may pass                  | after a growing wait, or with a change  | `error`         |
 * | terminal  | it fails until a person changes something       | with the next change only               | `terminal`      |
 */
export type Outcome =
  | { readonly at: 'done' }
  | { readonly at: 'wakeAfter'; readonly delayMs: number }
  | { readonly at: 'retry'; readonly error: unknown }
  | { readonly at: 'terminal'; readonly error: unknown }

export const done: Outcome = { at: 'done' }
export const wakeAfter = (delayMs: number): Outcome => ({ at: 'wakeAfter', delayMs })
export const retry = (error: unknown): Outcome => ({ at: 'retry', error })
export const terminal = (error: unknown): Outcome => ({ at: 'terminal', error })

/** The label of an outcome in `controller_runtime_reconcile_total`. */
export const resultLabels = { done: 'success', wakeAfter: 'requeue_after', retry: 'error', terminal: 'terminal' } as const

/** What a thrown error amounts to: what the API server refuses for good is terminal, all else may pass. */
export function outcomeOf(thrown: unknown): Outcome {
  return isPassing(thrown) ? retry(thrown) : terminal(thrown)
}

/** How long the server asked to wait before a retry; 0 where it asked for nothing. */
export function askedWaitMs(error: unknown): number {
  return error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0
}
