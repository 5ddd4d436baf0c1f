/** A queue between a pusher and one reader. */
export interface EventQueue<T> {
  push(item: T): void
  /** Ends the reading after what is queued, with an error where one is given. */
  end(error?: Error): void
  /** Yields what is pushed until the end; rejects with the signal's reason when it aborts. */
  read(signal: AbortSignal): AsyncGenerator<T, void>
}

/** Makes an {@link EventQueue}. It has no bound: its pusher is a test. */
export function eventQueue<T>(): EventQueue<T> {
  const items: T[] = []
  let ended: { error: Error | undefined } | undefined
  let wake = (): void => undefined

  return {
    push(item) {
      items.push(item)
      wake()
    },
    end(error) {
      ended = { error }
      wake()
    },
    async *read(signal) {
      const onAbort = (): void => wake()
      signal.addEventListener('abort', onAbort)
      try {
        for (;;) {
          signal.throwIfAborted()
          const item = items.shift()
          if (item !== undefined) yield item
          else if (ended?.error) throw ended.error
          else if (ended) return
          else await new Promise<void>((resolve) => (wake = resolve))
        }
      } finally {
        signal.removeEventListener('abort', onAbort)
      }
    },
  }
}
