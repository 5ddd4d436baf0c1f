import type { Clock, Timer } from '../../kit/clock.ts'

/** Options of {@link LostWatch}. */
export interface LostWatchOptions {
  readonly clock: Clock
  /** What came through the pipe so far. */
  readonly bytesReceived: () => Promise<number>
  readonly onLost: () => void
}

/** How often a pipe without its WebSocket is looked at. */
const checkPeriodMs = 2_000
/** A pipe without its WebSocket for this long is given up when it is silent too: dead by two signs. */
export const silentLostAfterMs = 10_000
/** Sooner when its agent's port refuses connections as well: the process is gone, and its media processes went with it. */
export const refusedLostAfterMs = 3_000
/** And after this long whatever it carries: its other side does not know us any more. */
export const lostAfterMs = 60_000

/**
 * Decides when an edge that lost its WebSocket is over. Media never waits for control: while RTP comes through the pipe it stays, and so
 * do the people behind it; a pipe that fell silent with the connection is taken for dead soon.
 */
export class LostWatch {
  readonly #options: LostWatchOptions
  #timer: Timer | undefined
  #sinceMs = 0
  #bytes: number | undefined
  #refused = false

  constructor(options: LostWatchOptions) {
    this.#options = options
  }

  /** The WebSocket is lost; no effect while it is being watched already. */
  start(): void {
    if (this.#timer) return
    this.#sinceMs = this.#options.clock.monotonicMs()
    this.#bytes = undefined
    this.#refused = false
    this.#arm()
  }

  /** The other side's port refused a connection. */
  refused(): void {
    this.#refused = true
  }

  /** The WebSocket is back, or all is over. */
  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #arm(): void {
    const timer = this.#options.clock.after(checkPeriodMs, () => void this.#check(timer))
    this.#timer = timer
  }

  async #check(timer: Timer): Promise<void> {
    const { clock, bytesReceived, onLost } = this.#options
    const bytes = await bytesReceived().catch(() => this.#bytes ?? 0)
    if (this.#timer !== timer) return
    const silent = this.#bytes === bytes
    this.#bytes = bytes
    const downForMs = clock.monotonicMs() - this.#sinceMs
    const silentLimitMs = this.#refused ? refusedLostAfterMs : silentLostAfterMs
    if (downForMs >= lostAfterMs || (silent && downForMs >= silentLimitMs)) {
      this.stop()
      onLost()
    } else {
      this.#arm()
    }
  }
}
