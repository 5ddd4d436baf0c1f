import { backoffMs } from '../../kit/backoff.ts'
import type { Clock, Timer } from '../../kit/clock.ts'
import type { FrameSocket } from '../../kit/peer.ts'

/** Options of {@link Dialler}. */
export interface DiallerOptions {
  readonly clock: Clock
  /** Yields [0, 1). */
  readonly random: () => number
  readonly dial: (signal: AbortSignal) => Promise<FrameSocket>
  readonly onOpen: (socket: FrameSocket) => void
  readonly onRefused: (error: unknown, attempt: number) => void
}

/** The order reaches the two nodes of an edge within milliseconds of each other, so the first retry is soon. */
const dialBackoff = { firstMs: 100, maxMs: 5_000 }

/** Dials until a WebSocket opens: started again when that one is lost, for as long as the edge is wanted. */
export class Dialler {
  readonly #options: DiallerOptions
  #attempt = 0
  #waiting: Timer | undefined
  #dialling: AbortController | undefined

  constructor(options: DiallerOptions) {
    this.#options = options
  }

  /** Begins to dial; no effect while it does. */
  start(): void {
    if (this.#waiting || this.#dialling) return
    const { clock, random } = this.#options
    const delayMs = this.#attempt === 0 ? 0 : backoffMs(dialBackoff, this.#attempt, random)
    this.#waiting = clock.after(delayMs, () => {
      this.#waiting = undefined
      void this.#dial()
    })
  }

  /** All is well: the next start dials at once. */
  settle(): void {
    this.#attempt = 0
  }

  stop(): void {
    this.#waiting?.cancel()
    this.#waiting = undefined
    this.#dialling?.abort(new Error('the edge is no longer wanted'))
    this.#dialling = undefined
  }

  async #dial(): Promise<void> {
    const dialling = new AbortController()
    this.#dialling = dialling
    this.#attempt++
    try {
      const socket = await this.#options.dial(dialling.signal)
      if (this.#dialling !== dialling) return socket.close(1000, 'no longer wanted')
      this.#dialling = undefined
      this.#options.onOpen(socket)
    } catch (error) {
      if (this.#dialling !== dialling) return
      this.#dialling = undefined
      this.#options.onRefused(error, this.#attempt)
      this.start()
    }
  }
}
