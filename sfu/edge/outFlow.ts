import type { Clock, Timer } from '../../kit/clock.ts'
import { commonErrors } from '../../kit/errors.ts'
import { kindOfSource } from '../api/rights.ts'
import type { PipeConsumer, PipeEnd } from '../media/types.ts'
import { moveGraceMs, type RoutedTrack, type TrackChange, type TrackTable } from '../segment/tracks.ts'
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

interface Out {
  readonly track: RoutedTrack
  readonly way: OutTrack
  /** Runs while the other side moves to another way. */
  withdrawing: Timer | undefined
  /** What the other side was told last. */
  toldEnding: boolean
}

/**
 * What this node sends through one pipe: all audio at once (with DTX it costs little, and whoever starts to listen hears at once), video
 * while the other side wants it. While the WebSocket is lost what flows goes on, and nothing new is begun. What no longer goes this way
 * by a change of roles or of ways is announced as ending and goes on for {@link moveGraceMs}, so that the other side misses nothing.
 */
export class OutFlow {
  readonly #options: OutFlowOptions
  /** By the id of this router's producer, which names the way to the other side. */
  readonly #outs = new Map<string, Out>()
  /** The ways that the other side was told of and not yet told that they closed. */
  readonly #announced = new Set<string>()
  readonly #stop: () => void

  constructor(options: OutFlowOptions) {
    this.#options = options
    this.#stop = options.tracks.onChange((change) => this.#changed(change))
  }

  /** The ways that the other side has its halves of, or is just making them. */
  get wayIds(): readonly string[] {
    return [...this.#announced]
  }

  /** Goes where the tracks, the rule and the wants now say; resolves when all are there, or could not go there for now. */
  async sync(trackId?: string): Promise<void> {
    const tracks = this.#options.tracks.all.filter((track) => trackId === undefined || track.trackId === trackId)
    await Promise.all(tracks.map((track) => this.#aim(track)))
  }

  /** After a lost WebSocket: tells again which of what flows is paused or ends, and goes on as {@link sync}. */
  async resync(): Promise<void> {
    for (const out of this.#outs.values()) {
      this.#tellPaused(out.track)
      out.toldEnding = false
      this.#tellEnding(out)
    }
    await this.sync()
  }

  close(): void {
    this.#stop()
    for (const out of this.#outs.values()) {
      this.#keep(out)
      out.way.drop()
    }
    this.#outs.clear()
    this.#announced.clear()
  }

  #changed(change: TrackChange): void {
    const { track } = change
    if (change.type === 'added') void this.#aim(track)
    else if (change.type === 'paused') this.#tellPaused(track)
    else if (change.type === 'removed') this.#removed(track)
    else if (change.type === 'ending') this.#tellEnding(this.#outs.get(track.producer.id))
    else if (change.type === 'moved') {
      void this.#aim(track)
      if (change.before.producer.closed) this.#removed(change.before)
      else void this.#aim(change.before)
    }
  }

  /** Only the way that counts is sent. */
  #goalOf(track: RoutedTrack): OutState {
    const { allowed, wanted, tracks } = this.#options
    if (!tracks.counts(track) || !allowed(track)) return 'none'
    return kindOfSource[track.source] === 'audio' || wanted(track.trackId) ? 'sent' : 'held'
  }

  async #aim(track: RoutedTrack): Promise<void> {
    const goal = this.#goalOf(track)
    const known = this.#outs.get(track.producer.id)
    if (known?.way.there) {
      if (goal === 'none') return this.#withdraw(known)
    } else if (goal !== 'sent' ? !known : !this.#options.link()) return
    const out = known ?? this.#add(track)
    this.#keep(out)
    await out.way.aim(goal)
    this.#tellEnding(out)
  }

  /** Ends a way when the other side had the time to move to another. */
  #withdraw(out: Out): void {
    out.withdrawing ??= this.#options.clock.after(moveGraceMs, () => {
      out.withdrawing = undefined
      if (this.#goalOf(out.track) === 'none') void out.way.aim('none')
    })
    this.#tellEnding(out)
  }

  #keep(out: Out): void {
    out.withdrawing?.cancel()
    out.withdrawing = undefined
  }

  #add(track: RoutedTrack): Out {
    const { clock, random, link } = this.#options
    const wayId = track.producer.id
    const way = new OutTrack({
      clock,
      random,
      open: () => this.#open(track),
      onClosed: () => {
        if (this.#outs.get(wayId) === out) this.#outs.delete(wayId)
        this.#keep(out)
        this.#announced.delete(wayId)
        link()?.tell('pipeProducerClosed', { wayId })
      },
    })
    const out: Out = { track, way, withdrawing: undefined, toldEnding: false }
    this.#outs.set(wayId, out)
    return out
  }

  async #open({ trackId, source, producerId, producer }: RoutedTrack): Promise<PipeConsumer> {
    const link = this.#options.link()
    if (!link) throw commonErrors.raise.unavailable({ what: 'The edge' })
    const consumer = await this.#options.pipe.consume(producer.id)
    const { rtpParameters, producerPaused: paused } = consumer
    const wayId = producer.id
    this.#announced.add(wayId)
    try {
      await link.ask('pipeProducer', { wayId, producerId, trackId, kind: producer.kind, source, rtpParameters, paused })
    } catch (error) {
      this.#announced.delete(wayId)
      consumer.close()
      throw error
    }
    if (producer.paused !== paused) link.tell('pipeProducerPaused', { wayId, paused: producer.paused })
    return consumer
  }

  /** One that is there closes by itself, with its producer; one that waits to be opened is forgotten. */
  #removed({ producer }: RoutedTrack): void {
    const out = this.#outs.get(producer.id)
    if (!out || out.way.there) return
    this.#outs.delete(producer.id)
    out.way.drop()
  }

  #tellPaused({ producer }: RoutedTrack): void {
    if (!this.#outs.get(producer.id)?.way.there) return
    this.#options.link()?.tell('pipeProducerPaused', { wayId: producer.id, paused: producer.paused })
  }

  /** What comes here by a way that ends, ends there too: so no two nodes ever have a track of each other alone. */
  #tellEnding(out: Out | undefined): void {
    if (!out?.way.there) return
    const link = this.#options.link()
    const ending = out.withdrawing !== undefined || this.#options.tracks.isEnding(out.track)
    if (!link || ending === out.toldEnding) return
    out.toldEnding = ending
    link.tell('pipeProducerEnding', { wayId: out.track.producer.id, ending })
  }
}
