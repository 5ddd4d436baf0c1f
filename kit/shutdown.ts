import type { Log } from './log.ts'

/** Closes one part. It may take until `signal` aborts; then the process ends whatever it did. */
export type Closer = (signal: AbortSignal) => Promise<void> | void

/** The orderly end of a process: parts are closed in the reverse order in which they were added, within one deadline. */
export interface Shutdown {
  /** Aborts as soon as the end begins; loops stop by it. */
  readonly signal: AbortSignal
  /** Adds a part to close; later ones are closed first. */
  add(name: string, close: Closer): void
  /** Begins the end; idempotent. Resolves when all parts are closed or the deadline has passed. */
  begin(reason: string): Promise<void>
}

/** Makes the shutdown of a process. `deadlineMs` bounds all closers together. */
export function createShutdown(options: { log: Log; deadlineMs: number }): Shutdown {
  const controller = new AbortController()
  const closers: { name: string; close: Closer }[] = []
  let ending: Promise<void> | undefined

  async function end(): Promise<void> {
    const deadline = AbortSignal.timeout(options.deadlineMs)
    for (const { name, close } of closers.toReversed()) {
      try {
        await close(deadline)
      } catch (err) {
        options.log.warn({ object: name, err }, 'part did not close cleanly')
      }
    }
  }

  return {
    signal: controller.signal,
    add: (name, close) => void closers.push({ name, close }),
    begin(reason) {
      if (!ending) {
        options.log.info({ reason }, 'stopping')
        controller.abort(new Error(`stopping: ${reason}`))
        ending = end()
      }
      return ending
    },
  }
}

/**
 * Ends the process on SIGTERM and SIGINT: code 0 after a clean end, 1 after the second signal or a fault that nobody caught.
 * Only `main.ts` calls it.
 */
export function endProcessOnSignals(shutdown: Shutdown, log: Log): void {
  let asked = false
  const end = (reason: string, code: number): void => {
    if (asked) process.exit(1)
    asked = true
    void shutdown.begin(reason).then(() => process.exit(code))
  }
  process.on('SIGTERM', () => end('SIGTERM', 0))
  process.on('SIGINT', () => end('SIGINT', 0))
  process.on('uncaughtException', (err) => {
    log.error({ err }, 'fault that nobody caught')
    end('uncaught fault', 1)
  })
  process.on('unhandledRejection', (err) => {
    log.error({ err }, 'rejection that nobody handled')
    end('unhandled rejection', 1)
  })
}
