import type { Clock } from '../../../kit/clock.ts'

/** Runs `act` with a signal that aborts after `timeoutMs` of `clock`, or with `signal`. */
export async function limited<T>(
  options: { readonly clock: Clock; readonly timeoutMs: number; readonly signal: AbortSignal },
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController()
  const timer = options.clock.after(options.timeoutMs, () => late.abort(new Error(`no answer within ${options.timeoutMs} ms`)))
  try {
    return await act(AbortSignal.any([options.signal, late.signal]))
  } finally {
    timer.cancel()
  }
}
