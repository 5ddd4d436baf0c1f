import { backoffMs } from '../../kit/backoff.ts'
import type { Clock, Timer } from '../../kit/clock.ts'
import { unwantedPipeCloseMs } from '../api/edge.ts'
import type { PipeConsumer } from '../media/types.ts'

/** Where a track's way through the pipe stands: not there, there but paused, flowing. */
export type OutState = 'none' | 'held' | 'sent'

/** Options of {@link OutTrack}. */
export interface OutTrackOptions {
  readonly clock: Clock
  readonly random: () => number
  /** Opens the sending half and has the other side make its half; rejects with nothing left on this side. */
  readonly open: () => Promise<PipeConsumer>
  /** The sending half is closed; the other side is to close its own. */
  readonly onClosed: () => void
}

/** How a refused opening is tried again: the other side may still have the track by another way. */
const retryBackoff = { firstMs: 200, maxMs: 2_000 }

/**
 * One track on its way out through a pipe. It is given an aim and goes there, however often the aim changes on the way; held, it closes
 * itself after {@link unwantedPipeCloseMs}.
 */
export class OutTrack {
  readonly #options: OutTrackOptions
  #aim: OutState = 'none'
  #at: OutState = 'none'
  #consumer: PipeConsumer | undefined
  #going: Promise<void> | undefined
  #timer: Timer | undefined
  #attempt = 0

  constructor(options: OutTrackOptions) {
    this.#options = options
  }

  /** Whether the other side has, or is just making, its half. */
  get there(): boolean {
    return this.#at !== 'none'
  }

  /** Sets where to go; resolves when it is there, or could not go there for now. */
  aim(aim: OutState): Promise<void> {
    if (aim !== this.#aim) {
      this.#aim = aim
      this.#attempt = 0
      this.#timer?.cancel()
      this.#timer = undefined
    }
    this.#going ??= this.#go().finally(() => (this.#going = undefined))
    return this.#going
  }

  /** Ends at once, without a word to the other side: the pipe itself is going. */
  drop(): void {
    this.#aim = 'none'
    this.#at = 'none'
    this.#timer?.cancel()
    this.#consumer?.close()
    this.#consumer = undefined
  }

  async #go(): Promise<void> {
    while (this.#at !== this.#aim) {
      try {
        await this.#step()
      } catch {
        this.#retry()
        return
      }
    }
    if (this.#at === 'held') this.#closeLater()
  }

  async #step(): Promise<void> {
    if (this.#at === 'none') return this.#open()
    const consumer = this.#consumer
    if (this.#aim === 'none') return this.#close()
    if (this.#aim === 'held') await consumer?.pause()
    else await consumer?.resume()
    if (this.#consumer === consumer && consumer) this.#at = consumer.paused ? 'held' : 'sent'
  }

  async #open(): Promise<void> {
    if (this.#aim === 'held') {
      this.#aim = 'none'
      return
    }
    const consumer = await this.#options.open()
    this.#consumer = consumer
    this.#at = 'sent'
    consumer.onClosed = () => this.#lost(consumer)
    if (consumer.closed) this.#lost(consumer)
  }

  #close(): void {
    const consumer = this.#consumer
    this.#consumer = undefined
    this.#at = 'none'
    consumer?.close()
    this.#options.onClosed()
  }

  /** The producer closed under it. */
  #lost(consumer: PipeConsumer): void {
    if (this.#consumer !== consumer) return
    this.#aim = 'none'
    this.#close()
  }

  #closeLater(): void {
    this.#timer ??= this.#options.clock.after(unwantedPipeCloseMs, () => {
      this.#timer = undefined
      void this.aim('none')
    })
  }

  #retry(): void {
    if (this.#aim === 'none') return
    const { clock, random } = this.#options
    this.#timer?.cancel()
    this.#timer = clock.after(backoffMs(retryBackoff, ++this.#attempt, random), () => {
      this.#timer = undefined
      void this.aim(this.#aim)
    })
  }
}
