import type { Log } from './log.ts'

/** Closes one part. It may take until `signal` aborts; then the process ends whatever it did. */
export type Closer = (signal: AbortSignal) => Promise<void> | void

/** The orderly end of a process: parts are closed in the reverse order in which they were added, within one deadline. */
export interface Shutdown {
  /** Aborts as soon as the end begins; loops stop by it. */
  readonly signal: AbortSignal
  /** Adds a part to close; later ones are closed first. */
  add(name: string, close: Closer): void
  /** Sets what the process may finish when it is asked to end, before the end begins. */
  finishFirst(finish: () => Promise<void>): void
  /** Finishes that, where it was set. */
  finish(): Promise<void>
  /** Begins the end; idempotent. Resolves when all parts are closed or the deadline has passed. */
  begin(reason: string): Promise<void>
}

/** Makes the shutdown of a process. `deadlineMs` bounds all closers together. */
export function createShutdown(options: { log: Log; deadlineMs: number }): Shutdown {
  const controller = new AbortController()
  const closers: { name: string; close: Closer }[] = []
  let finish = (): Promise<void> => Promise.resolve()
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
    finishFirst: (what) => void (finish = what),
    finish: () => finish(),
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
 * Ends the process on SIGTERM and SIGINT: code 0 after a clean end, 1 after one more signal or a fault that nobody caught. SIGTERM lets the
 * process finish first; SIGINT comes from a person who waits, and does not. Only `main.ts` calls it.
 */
export function endProcessOnSignals(shutdown: Shutdown, log: Log): void {
  let finishing = false
  let asked = false
  const end = (reason: string, code: number): void => {
    if (asked) process.exit(1)
    asked = true
    void shutdown.begin(reason).then(() => process.exit(code))
  }
  async function terminate(): Promise<void> {
    if (finishing || asked) return end('SIGTERM', 0)
    finishing = true
    await shutdown.finish()
    if (!asked) end('SIGTERM', 0) // Else a second signal has cut it short, and it ends already.
  }
  process.on('SIGTERM', () => void terminate())
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
