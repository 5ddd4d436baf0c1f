import type { types } from 'mediasoup-client'

import type { Clock, Timer } from '../../kit/clock.ts'
import { asCodedError, commonErrors } from '../../kit/errors.ts'
import type { Trouble } from './life.ts'
import type { Ask } from './link.ts'
import { createRetries, type Retries } from './retries.ts'
import { createSettler, type Settler } from './settler.ts'
import type { Subscription } from './state.ts'
import type { WantedTrack } from './subscriptions.ts'
import type { TransportSlot } from './transportSlot.ts'

/** What became of a wanted track. */
export interface Received {
  readonly state: Subscription['state']
  readonly track: MediaStreamTrack | undefined
  readonly trouble?: Trouble
}

/** Options of {@link RecvSide}. */
export interface RecvSideOptions {
  readonly slot: TransportSlot
  readonly ask: Ask
  readonly clock: Clock
  readonly random: () => number
  /** What this client wants to receive now. */
  readonly wanted: () => readonly WantedTrack[]
  /** Whether somebody publishes that track at all: if not, the server has closed its consumer already. */
  readonly published: (trackId: string) => boolean
  readonly onChange: (trackId: string, received: Received) => void
}

interface Held {
  readonly consumer: types.Consumer
  /** The producer that the roster named when it was consumed: until it names another, this one is the answer. */
  readonly askedFor: string
  /** The server closed it: another is needed. */
  gone: boolean
  /** The server has the track by another way: another is needed, while this one goes on. */
  moved: boolean
  /** Set while it stays beside the one that replaces it. */
  closing: Timer | undefined
}

/** How long the consumer of a replaced producer stays once the new one plays: a jitter buffer's worth, and a slow decoder's. */
export const overlapMs = 600
/**
 * How long the first packet of the new one is waited for. A picture begins with a key frame, and a pipe asks for one a second at most; a
 * muted microphone never sends. Shorter than a media node keeps the old way (moveGraceMs of sfu/segment/tracks.ts).
 */
export const firstPacketMs = 4_000

/** Tries are counted for a producer: a new one of the same track may be consumed at once. */
const retryKey = (trackId: string, producerId: string): string => `${trackId} ${producerId}`

/** Brings the consumers of a session to what is wanted: each run looks at all of it. */
export class RecvSide {
  readonly #options: RecvSideOptions
  readonly #held = new Map<string, Held>()
  readonly #leaving = new Map<string, Held>()
  readonly #retries: Retries
  readonly #settler: Settler
  #closed = false

  constructor(options: RecvSideOptions) {
    this.#options = options
    this.#settler = createSettler(() => this.#settle())
    const { clock, random } = options
    this.#retries = createRetries({ clock, random, onDue: () => void this.settle() })
  }

  get consumers(): ReadonlyMap<string, types.Consumer> {
    return new Map([...this.#held].map(([trackId, { consumer }]) => [trackId, consumer]))
  }

  /** Resolves when everything was brought to what is wanted, or has failed. */
  settle(): Promise<void> {
    return this.#closed ? Promise.resolve() : this.#settler.poke()
  }

  /** What the server still has of this session: the rest is made again, or closed there. */
  resumed(consumerIds: readonly string[]): void {
    this.#retries.forgetAll()
    const all = [...this.#held.values(), ...this.#leaving.values()]
    for (const held of all) if (!consumerIds.includes(held.consumer.id)) held.gone = true
    const known = new Set(all.map(({ consumer }) => consumer.id))
    for (const consumerId of consumerIds) if (!known.has(consumerId)) this.#tellClosed(consumerId)
  }

  /** The server closed a consumer. What it showed last stays until the roster says what comes instead. */
  consumerClosed(consumerId: string): void {
    const leaving = this.#leaving.get(consumerId)
    if (leaving) leaving.gone = true
    for (const [trackId, held] of this.#held) {
      if (held.consumer.id !== consumerId) continue
      held.gone = true
      this.#retries.failed(retryKey(trackId, held.askedFor), commonErrors.raise.unavailable({ what: 'The track' }))
    }
  }

  /** The server has what it receives by another way, and will close it soon: the next one plays before it ends. */
  consumerMoved(consumerId: string): void {
    for (const held of this.#held.values()) if (held.consumer.id === consumerId) held.moved = true
  }

  retryAll(): void {
    this.#retries.forgetAll()
  }

  /** Leaves everything as it is: what plays goes on for as long as it lasts, nothing is asked any more. */
  freeze(): void {
    this.#closed = true
    this.#retries.forgetAll()
  }

  close(): void {
    this.freeze()
    for (const held of [...this.#held.values(), ...this.#leaving.values()]) {
      held.closing?.cancel()
      held.consumer.close()
    }
    this.#held.clear()
    this.#leaving.clear()
  }

  #tellClosed(consumerId: string): void {
    this.#options.ask('closeConsumer', { consumerId }).catch(() => undefined)
  }

  #end(held: Held, tell: boolean): void {
    held.closing?.cancel()
    this.#leaving.delete(held.consumer.id)
    held.consumer.close()
    if (!held.gone && tell) this.#tellClosed(held.consumer.id)
  }

  async #settle(): Promise<void> {
    const wanted = this.#options.wanted()
    const byId = new Map(wanted.map((want) => [want.trackId, want]))
    for (const [trackId, held] of [...this.#held]) {
      if (byId.has(trackId)) continue
      this.#held.delete(trackId)
      this.#retries.forget(retryKey(trackId, held.askedFor))
      this.#end(held, this.#options.published(trackId))
    }
    const missing = wanted.filter((want) => this.#needs(want) && this.#retries.due(retryKey(want.trackId, want.producerId)))
    await Promise.all(missing.map((want) => this.#consumeOne(want)))
  }

  #needs({ trackId, producerId }: WantedTrack): boolean {
    const held = this.#held.get(trackId)
    if (!held || held.consumer.closed) return true
    return held.gone || held.moved || (held.askedFor !== producerId && held.consumer.producerId !== producerId)
  }

  async #consumeOne(want: WantedTrack): Promise<void> {
    const { trackId } = want
    const key = retryKey(trackId, want.producerId)
    const before = this.#held.get(trackId)
    if (!before) this.#options.onChange(trackId, { state: 'consuming', track: undefined })
    try {
      const consumer = await this.#consume(want)
      if (this.#closed) return consumer.close()
      this.#held.set(trackId, { consumer, askedFor: want.producerId, gone: false, moved: false, closing: undefined })
      this.#retries.forget(key)
      const show = (): void => {
        if (this.#held.get(trackId)?.consumer === consumer)
          this.#options.onChange(trackId, { state: 'live', track: consumer.track })
      }
      if (before) this.#handOver(before, { to: consumer, show })
      else show()
    } catch (thrown) {
      const error = asCodedError(thrown)
      const forGood = this.#retries.failed(key, error)
      const trouble = { code: error.code, why: error.message }
      this.#options.onChange(trackId, { state: forGood ? 'failed' : 'consuming', track: before?.consumer.track, trouble })
    }
  }

  /** Created paused at the server, resumed when this side is ready for its first packet: that one is then a key frame. */
  async #consume({ trackId, participant, source }: WantedTrack): Promise<types.Consumer> {
    const { slot, ask } = this.#options
    const transport = await slot.get()
    const info = await ask('consume', { transportId: transport.id, trackId })
    let consumer: types.Consumer | undefined
    try {
      consumer = await transport.consume({
        id: info.consumerId,
        producerId: info.producerId,
        kind: info.kind,
        rtpParameters: info.rtpParameters as types.RtpParameters,
        streamId: source === 'screen' || source === 'screenAudio' ? `${participant}/screen` : participant,
      })
      await ask('resumeConsumer', { consumerId: info.consumerId })
      return consumer
    } catch (thrown) {
      consumer?.close()
      this.#tellClosed(info.consumerId)
      throw thrown
    }
  }

  /** The new one is shown when it plays; the one before ends a moment later. */
  #handOver(before: Held, { to, show }: { to: types.Consumer; show: () => void }): void {
    const { clock } = this.#options
    const held = before
    this.#leaving.set(held.consumer.id, held)
    const onPlays = (): void => {
      if (!this.#leaving.has(held.consumer.id)) return
      held.closing?.cancel()
      show()
      held.closing = clock.after(overlapMs, () => this.#end(held, true))
    }
    if (!to.track.muted || held.gone) return onPlays()
    to.track.addEventListener('unmute', onPlays, { once: true })
    held.closing = clock.after(firstPacketMs, onPlays)
  }
}
