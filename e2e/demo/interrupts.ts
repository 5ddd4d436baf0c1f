import type { Clock } from '../../kit/clock.ts'

/**
 * One Ctrl-C may arrive twice within a moment: from the terminal, and passed on by npm. Only a later one is a second wish.
 */
const sameWishMs = 300

/** Reads the wish to stop: the returned signal aborts with the first interrupt; `onSecond` runs when somebody insists. */
export function onInterrupt(clock: Clock, onSecond: () => void): AbortSignal {
  const controller = new AbortController()
  let firstAtMs: number | undefined
  const interrupted = (name: NodeJS.Signals): void => {
    const nowMs = clock.monotonicMs()
    if (firstAtMs === undefined) {
      firstAtMs = nowMs
      controller.abort(new Error(name))
    } else if (nowMs - firstAtMs > sameWishMs) onSecond()
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, interrupted)
  return controller.signal
}
