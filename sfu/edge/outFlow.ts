import type { Clock } from '../../kit/clock.ts'
import { commonErrors } from '../../kit/errors.ts'
import { kindOfSource } from '../api/rights.ts'
import type { PipeConsumer, PipeEnd } from '../media/types.ts'
import type { RoutedTrack, TrackTable } from '../segment/tracks.ts'
import type { Link } from './link.ts'
import { OutTrack, type OutState } from './outTrack.ts'

/** Options of {@link OutFlow}. */
export interface OutFlowOptions {
  readonly pipe: PipeEnd
  readonly tracks: TrackTable
  readonly clock: Clock
  readonly random: () => number
  /** Whether the track may go to the other side at all (see forwards). */
  readonly allowed: (track: RoutedTrack) => boolean
  /** Whether the other side wants this video track. */
  readonly wanted: (trackId: string) => boolean
  /** The WebSocket, while both sides have said hello on it. */
  readonly link: () => Link | undefined
}

/**
 * What this node sends through one pipe: all audio at once (with DTX it costs little, and whoever starts to listen hears at once), video
 * while the other side wants it. While the WebSocket is lost what flows goes on, and nothing new is begun.
 */
export class OutFlow {
  readonly #options: OutFlowOptions
  readonly #outs = new Map<string, OutTrack>()
  /** The producers that the other side was told of and not yet told that they closed. */
  readonly #announced = new Set<string>()
  readonly #stop: () => void

  constructor(options: OutFlowOptions) {
    this.#options = options
    this.#stop = options.tracks.onChange(({ type, track }) => {
      if (type === 'added') void this.#aim(track)
      else if (type === 'paused') this.#tellPaused(track)
      else this.#removed(track.producer.id)
    })
  }

  /** The producers that the other side has its halves of, or is just making them. */
  get producerIds(): readonly string[] {
    return [...this.#announced]
  }

  /** Goes where the tracks, the rule and the wants now say; resolves when all are there, or could not go there for now. */
  async sync(trackId?: string): Promise<void> {
    const tracks = this.#options.tracks.all.filter((track) => trackId === undefined || track.trackId === trackId)
    await Promise.all(tracks.map((track) => this.#aim(track)))
  }

  /** After a lost WebSocket: tells again which of what flows is paused, and goes on as {@link sync}. */
  async resync(): Promise<void> {
    for (const track of this.#options.tracks.all) this.#tellPaused(track)
    await this.sync()
  }

  close(): void {
    this.#stop()
    for (const out of this.#outs.values()) out.drop()
    this.#outs.clear()
    this.#announced.clear()
  }

  #goalOf(track: RoutedTrack): OutState {
    const { allowed, wanted } = this.#options
    if (!allowed(track)) return 'none'
    return kindOfSource[track.source] === 'audio' || wanted(track.trackId) ? 'sent' : 'held'
  }

  async #aim(track: RoutedTrack): Promise<void> {
    const goal = this.#goalOf(track)
    const known = this.#outs.get(track.producer.id)
    if (!known && goal !== 'sent') return
    if (goal === 'sent' && !known?.there && !this.#options.link()) return
    await (known ?? this.#add(track)).aim(goal)
  }

  #add(track: RoutedTrack): OutTrack {
    const { clock, random, link } = this.#options
    const producerId = track.producer.id
    const out = new OutTrack({
      clock,
      random,
      open: () => this.#open(track),
      onClosed: () => {
        if (this.#outs.get(producerId) === out) this.#outs.delete(producerId)
        this.#announced.delete(producerId)
        link()?.tell('pipeProducerClosed', { producerId })
      },
    })
    this.#outs.set(producerId, out)
    return out
  }

  async #open({ trackId, source, producer }: RoutedTrack): Promise<PipeConsumer> {
    const link = this.#options.link()
    if (!link) throw commonErrors.raise.unavailable({ what: 'The edge' })
    const consumer = await this.#options.pipe.consume(producer.id)
    const { rtpParameters, producerPaused: paused } = consumer
    this.#announced.add(producer.id)
    try {
      await link.ask('pipeProducer', { producerId: producer.id, trackId, kind: producer.kind, source, rtpParameters, paused })
    } catch (error) {
      this.#announced.delete(producer.id)
      consumer.close()
      throw error
    }
    if (producer.paused !== paused) link.tell('pipeProducerPaused', { producerId: producer.id, paused: producer.paused })
    return consumer
  }

  /** One that is there closes by itself, with its producer; one that waits to be opened is forgotten. */
  #removed(producerId: string): void {
    const out = this.#outs.get(producerId)
    if (!out || out.there) return
    this.#outs.delete(producerId)
    out.drop()
  }

  #tellPaused({ producer }: RoutedTrack): void {
    if (!this.#outs.get(producer.id)?.there) return
    this.#options.link()?.tell('pipeProducerPaused', { producerId: producer.id, paused: producer.paused })
  }
}
