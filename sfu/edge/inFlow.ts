import { sfuErrors } from '../api/errors.ts'
import type { EdgeRequest } from '../api/edge.ts'
import type { MediaProducer, PipeEnd } from '../media/types.ts'
import type { TrackTable } from '../segment/tracks.ts'

/** Options of {@link InFlow}. */
export interface InFlowOptions {
  /** The node at the other end. */
  readonly node: string
  readonly pipe: PipeEnd
  readonly tracks: TrackTable
}

/** What comes in through one pipe: each producer of the other side as a producer of this router, with the same id. */
export class InFlow {
  readonly #options: InFlowOptions
  readonly #producers = new Map<string, MediaProducer>()
  readonly #opening = new Map<string, symbol>()
  #closed = false

  constructor(options: InFlowOptions) {
    this.#options = options
  }

  /** The other side sends a producer. The same one again (after a lost WebSocket) is no change; one with other SSRCs takes its place. */
  async open(request: EdgeRequest<'pipeProducer'>): Promise<void> {
    const { producerId, trackId, kind, source, rtpParameters, paused } = request
    const known = this.#producers.get(producerId)
    if (known && known.ssrc === rtpParameters.encodings?.[0]?.ssrc) return this.#setPaused(known, paused)
    known?.close()
    const { node, pipe, tracks } = this.#options
    if (tracks.get(producerId)) throw sfuErrors.raise.piped_already({})
    const opening = Symbol(producerId)
    this.#opening.set(producerId, opening)
    const producer = await pipe.produce({ producerId, kind, rtpParameters, paused })
    if (this.#closed || this.#opening.get(producerId) !== opening) return producer.close()
    this.#opening.delete(producerId)
    this.#producers.set(producerId, producer)
    producer.onClosed = () => {
      if (this.#producers.get(producerId) === producer) this.#producers.delete(producerId)
    }
    tracks.add({ trackId, source, producer, from: node })
  }

  /** The other side no longer sends it. */
  closeOne(producerId: string): void {
    this.#opening.delete(producerId)
    this.#producers.get(producerId)?.close()
  }

  async pause(producerId: string, paused: boolean): Promise<void> {
    const producer = this.#producers.get(producerId)
    if (producer) await this.#setPaused(producer, paused)
  }

  /** Closes all that the other side does not send now. */
  keepOnly(producerIds: readonly string[]): void {
    const kept = new Set(producerIds)
    for (const producerId of this.#opening.keys()) if (!kept.has(producerId)) this.#opening.delete(producerId)
    for (const [producerId, producer] of this.#producers) if (!kept.has(producerId)) producer.close()
  }

  close(): void {
    this.#closed = true
    for (const producer of this.#producers.values()) producer.close()
  }

  async #setPaused(producer: MediaProducer, paused: boolean): Promise<void> {
    if (producer.closed || producer.paused === paused) return
    await (paused ? producer.pause() : producer.resume())
    this.#options.tracks.pausedChanged(producer.id)
  }
}
