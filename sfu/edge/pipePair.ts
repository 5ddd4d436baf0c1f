import type { EdgeRequest } from '../api/edge.ts'
import { sfuErrors } from '../api/errors.ts'
import type { PipeEnd } from '../media/types.ts'
import type { TrackTable } from '../segment/tracks.ts'
import { InFlow } from './inFlow.ts'
import { OutFlow, type OutFlowOptions } from './outFlow.ts'

type Hello = EdgeRequest<'hello'>

/** Options of {@link PipePair}. */
export interface PipePairOptions extends Omit<OutFlowOptions, 'pipe'> {
  /** The node at the other end. */
  readonly node: string
  readonly tracks: TrackTable
  readonly createPipe: () => Promise<PipeEnd>
  /** The end that was in use closed by itself. */
  readonly onLost: () => void
}

interface Joined {
  readonly end: PipeEnd
  readonly out: OutFlow
  readonly in: InFlow
}

/**
 * This node's end of the pipe to one peer, with what flows each way. It outlives WebSockets: hello tells whether both sides still speak
 * of one pair. An end that never got its partner is closed, so nothing leaks when the other side dies half-way.
 */
export class PipePair {
  readonly #options: PipePairOptions
  #fresh: PipeEnd | undefined
  /** Rises when an end that is being made is no longer waited for: it is closed as soon as it is there. */
  #asked = 0
  #joined: Joined | undefined

  constructor(options: PipePairOptions) {
    this.#options = options
  }

  /** Whether both ends are joined: media can flow. */
  get up(): boolean {
    return this.#joined !== undefined
  }

  get out(): OutFlow | undefined {
    return this.#joined?.out
  }

  get in(): InFlow | undefined {
    return this.#joined?.in
  }

  bytesReceived(): Promise<number> {
    return this.#joined?.end.bytesReceived() ?? Promise.resolve(0)
  }

  /** This side's end for its own hello: the one in use, else a fresh one. */
  async offer(): Promise<PipeEnd> {
    const known = this.#joined?.end ?? this.#fresh
    if (known) return known
    const asked = ++this.#asked
    const end = await this.#options.createPipe()
    if (asked !== this.#asked) {
      end.close()
      throw sfuErrors.raise.pipe_unavailable({})
    }
    this.#fresh = end
    return end
  }

  /** The dialling side heard the other's hello: the two ends are joined, or are one pair already. */
  async meet(hello: Hello): Promise<void> {
    const offered = await this.offer()
    if (hello.peerTransportId !== offered.address.transportId) throw sfuErrors.raise.pipe_unknown({})
    if (offered.remoteTransportId === hello.pipe.transportId) return
    if (offered.remoteTransportId !== undefined) throw sfuErrors.raise.pipe_unknown({})
    await this.#join(offered, hello)
  }

  /** The dialled side heard a hello: it goes on with the pair that it names, or joins a fresh end where it names none. */
  async answer(hello: Hello): Promise<void> {
    if (hello.peerTransportId !== undefined) return this.checkSame(hello)
    this.drop()
    await this.#join(await this.offer(), hello)
  }

  /** Raises `pipe_unknown` unless the hello speaks of the pair that is in use. */
  checkSame(hello: Hello): void {
    const end = this.#joined?.end
    const same = end?.address.transportId === hello.peerTransportId && end?.remoteTransportId === hello.pipe.transportId
    if (!end || !same) throw sfuErrors.raise.pipe_unknown({})
  }

  /** Closes this end with all that flows. */
  drop(): void {
    const joined = this.#joined
    this.#joined = undefined
    joined?.in.close()
    joined?.out.close()
    joined?.end.close()
    this.dropHalf()
  }

  /** Closes an end that has no partner. */
  dropHalf(): void {
    const fresh = this.#fresh
    this.#fresh = undefined
    this.#asked++
    fresh?.close()
  }

  async #join(end: PipeEnd, hello: Hello): Promise<void> {
    await end.connect(hello.pipe)
    if (this.#fresh !== end) {
      end.close()
      throw sfuErrors.raise.pipe_unknown({})
    }
    this.#fresh = undefined
    const { node, tracks } = this.#options
    this.#joined = { end, out: new OutFlow({ ...this.#options, pipe: end }), in: new InFlow({ node, tracks, pipe: end }) }
    end.onClosed = () => {
      if (this.#joined?.end !== end) return
      this.drop()
      this.#options.onLost()
    }
  }
}
