/** A signal that aborts when any of `signals` does or `timeoutMs` has passed; what is left of a budget may be a fraction, or nothing. */
export function withTimeout(timeoutMs: number, ...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any([
    AbortSignal.timeout(Math.max(0, Math.ceil(timeoutMs))),
    ...signals.filter((signal) => signal !== undefined),
  ])
}

/** Resolves when `signal` aborts; at once when it has. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
