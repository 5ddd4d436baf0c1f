import type { EdgeRequest } from '../api/edge.ts'
import type { PipeEnd } from '../media/types.ts'
import type { RoutedTrack, TrackTable } from '../segment/tracks.ts'

/** Options of {@link InFlow}. */
export interface InFlowOptions {
  /** The node at the other end. */
  readonly node: string
  readonly pipe: PipeEnd
  readonly tracks: TrackTable
}

/** What comes in through one pipe: each way of the other side as a producer of this router. */
export class InFlow {
  readonly #options: InFlowOptions
  readonly #ways = new Map<string, RoutedTrack>()
  readonly #opening = new Map<string, symbol>()
  #closed = false

  constructor(options: InFlowOptions) {
    this.#options = options
  }

  /** The other side sends a producer. The same one again (after a lost WebSocket) is no change; one with other SSRCs takes its place. */
  async open(request: EdgeRequest<'pipeProducer'>): Promise<void> {
    const { wayId, producerId, trackId, kind, source, rtpParameters, paused } = request
    const known = this.#ways.get(wayId)
    if (known && known.producer.ssrc === rtpParameters.encodings?.[0]?.ssrc) return this.#setPaused(known, paused)
    known?.producer.close()
    const opening = Symbol(wayId)
    this.#opening.set(wayId, opening)
    const { node, pipe, tracks } = this.#options
    const producer = await pipe.produce({ kind, rtpParameters, paused })
    if (this.#closed || this.#opening.get(wayId) !== opening) return producer.close()
    this.#opening.delete(wayId)
    const way: RoutedTrack = { trackId, source, producerId, producer, from: node }
    this.#ways.set(wayId, way)
    producer.onClosed = () => {
      if (this.#ways.get(wayId) === way) this.#ways.delete(wayId)
    }
    tracks.add(way)
  }

  /** The other side no longer sends it. */
  closeOne(wayId: string): void {
    this.#opening.delete(wayId)
    this.#ways.get(wayId)?.producer.close()
  }

  async pause(wayId: string, paused: boolean): Promise<void> {
    const way = this.#ways.get(wayId)
    if (way) await this.#setPaused(way, paused)
  }

  /** The other side is about to close it, or keeps it after all. */
  setEnding(wayId: string, ending: boolean): void {
    const way = this.#ways.get(wayId)
    if (way) this.#options.tracks.setEnding(way, ending)
  }

  /** Closes all that the other side does not send now. */
  keepOnly(wayIds: readonly string[]): void {
    const kept = new Set(wayIds)
    for (const wayId of this.#opening.keys()) if (!kept.has(wayId)) this.#opening.delete(wayId)
    for (const [wayId, { producer }] of this.#ways) if (!kept.has(wayId)) producer.close()
  }

  close(): void {
    this.#closed = true
    for (const { producer } of this.#ways.values()) producer.close()
  }

  async #setPaused(way: RoutedTrack, paused: boolean): Promise<void> {
    const { producer } = way
    if (producer.closed || producer.paused === paused) return
    await (paused ? producer.pause() : producer.resume())
    this.#options.tracks.pausedChanged(way)
  }
}
