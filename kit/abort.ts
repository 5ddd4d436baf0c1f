/**
 * Runs `call` with a signal that aborts with `signal` or after `timeoutMs` (by a `TimeoutError`; what is left of a budget may be a fraction, or nothing), and takes
 * both away when it has settled: of a call that is made a thousand times a second no timer and no link between signals is left behind.
 */
export async function withinTime<T>(
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  call: (within: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  const controller = new AbortController()
  const follow = (): void => controller.abort(signal?.reason)
  const timer = setTimeout(
    () => controller.abort(new DOMException('the time is over', 'TimeoutError')),
    Math.max(0, Math.ceil(timeoutMs)),
  )
  signal?.addEventListener('abort', follow, { once: true })
  try {
    return await call(controller.signal)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', follow)
  }
}

/** Resolves when `signal` aborts; at once when it has. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
