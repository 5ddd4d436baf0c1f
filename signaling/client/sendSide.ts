import type { types } from 'mediasoup-client'

import type { Clock } from '../../kit/clock.ts'
import { asCodedError } from '../../kit/errors.ts'
import type { Source } from '../../sfu/api/rights.ts'
import { sendOptionsOf } from './encodings.ts'
import type { Trouble } from './life.ts'
import type { Ask } from './link.ts'
import { createRetries, type Retries } from './retries.ts'
import { createSettler, type Settler } from './settler.ts'
import type { Publication } from './state.ts'
import type { ProducerData, TransportSlot } from './transportSlot.ts'

/** What is to be sent, by source. */
export type Wanted = ReadonlyMap<Source, Pick<Publication, 'track' | 'muted'>>

/** Options of {@link SendSide}. */
export interface SendSideOptions {
  readonly slot: TransportSlot
  readonly ask: Ask
  readonly clock: Clock
  readonly random: () => number
  /** What this client wants to send now. */
  readonly wanted: () => Wanted
  readonly onChange: (source: Source, state: Publication['state'], trouble?: Trouble) => void
}

interface Sent {
  readonly producer: types.Producer
  /** What the server was told last; undefined after a resume, when it is told again. */
  toldMuted: boolean | undefined
}

/** Brings the producers of a session to what is wanted: each run looks at all of it, so a lost request only costs one more run. */
export class SendSide {
  readonly #options: SendSideOptions
  readonly #sent = new Map<Source, Sent>()
  readonly #retries: Retries
  readonly #settler: Settler
  #closed = false

  constructor(options: SendSideOptions) {
    this.#options = options
    this.#settler = createSettler(() => this.#settle())
    const { clock, random } = options
    this.#retries = createRetries({ clock, random, onDue: () => void this.settle() })
  }

  get producers(): ReadonlyMap<Source, types.Producer> {
    return new Map([...this.#sent].map(([source, { producer }]) => [source, producer]))
  }

  /** Resolves when everything was brought to what is wanted, or has failed. */
  settle(): Promise<void> {
    return this.#closed ? Promise.resolve() : this.#settler.poke()
  }

  /** What the server still has of this session: the rest is made again, or closed there. */
  resumed(producerIds: readonly string[]): void {
    this.#retries.forgetAll()
    const known = new Set<string>()
    for (const [source, sent] of this.#sent) {
      sent.toldMuted = undefined
      known.add(sent.producer.id)
      if (!producerIds.includes(sent.producer.id)) this.#forget(source)
    }
    for (const producerId of producerIds) if (!known.has(producerId)) this.#tellClosed(producerId)
  }

  /** A failed source may be tried again at once. */
  retry(source: Source): void {
    this.#retries.forget(source)
  }

  retryAll(): void {
    this.#retries.forgetAll()
  }

  close(): void {
    this.#closed = true
    this.#retries.forgetAll()
    for (const source of [...this.#sent.keys()]) this.#forget(source)
  }

  #forget(source: Source): void {
    this.#sent.get(source)?.producer.close()
    this.#sent.delete(source)
  }

  #tellClosed(producerId: string): void {
    this.#options.ask('closeProducer', { producerId }).catch(() => undefined)
  }

  async #settle(): Promise<void> {
    const wanted = this.#options.wanted()
    for (const [source, { producer }] of [...this.#sent]) {
      if (producer.closed) this.#sent.delete(source)
      else if (!wanted.has(source)) {
        this.#forget(source)
        this.#tellClosed(producer.id)
      }
    }
    for (const [source, want] of wanted) if (!this.#closed) await this.#settleOne(source, want)
  }

  async #settleOne(source: Source, want: Pick<Publication, 'track' | 'muted'>): Promise<void> {
    // A track that its owner has stopped, a camera that is off for instance, has nothing to send until another takes its place.
    const nothing = want.track.readyState === 'ended' && !this.#sent.has(source)
    if (nothing || !this.#retries.due(source)) return
    try {
      const sent = this.#sent.get(source) ?? (await this.#produce(source, want))
      await this.#bringTo(sent, want)
      this.#retries.forget(source)
      this.#options.onChange(source, 'live')
    } catch (thrown) {
      const error = asCodedError(thrown)
      const forGood = this.#retries.failed(source, error)
      this.#options.onChange(source, forGood ? 'failed' : 'publishing', { code: error.code, why: error.message })
    }
  }

  async #produce(source: Source, { track, muted }: Pick<Publication, 'track' | 'muted'>): Promise<Sent> {
    const transport = await this.#options.slot.get()
    // A producer made of a disabled track starts paused: nothing leaks before the server has heard of it.
    Object.assign(track, { enabled: !muted })
    const appData: ProducerData = { source, muted }
    const producer = await transport.produce({
      ...sendOptionsOf(source, track.getSettings().height ?? 0),
      track,
      // The track is the page's: it outlives the producer, for the next node or for a preview.
      stopTracks: false,
      disableTrackOnPause: true,
      streamId: source === 'screen' || source === 'screenAudio' ? 'screen' : 'person',
      appData,
    })
    const sent: Sent = { producer, toldMuted: muted }
    if (this.#closed) producer.close()
    else this.#sent.set(source, sent)
    return sent
  }

  async #bringTo(sent: Sent, { track, muted }: Pick<Publication, 'track' | 'muted'>): Promise<void> {
    const { producer } = sent
    if (producer.closed) return
    if (producer.track !== track) await producer.replaceTrack({ track })
    if (muted && !producer.paused) producer.pause()
    if (!muted && producer.paused) producer.resume()
    if (sent.toldMuted === muted) return
    await this.#options.ask(muted ? 'pauseProducer' : 'resumeProducer', { producerId: producer.id })
    sent.toldMuted = muted
  }
}
