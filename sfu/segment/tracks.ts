import type { Clock } from '../../kit/clock.ts'
import { sfuErrors } from '../api/errors.ts'
import type { Source } from '../api/rights.ts'
import type { MediaProducer } from '../media/types.ts'

/** A producer in this segment's router, with the track it carries. */
export interface RoutedTrack {
  readonly trackId: string
  readonly source: Source
  readonly producer: MediaProducer
  /** The node whose pipe it came through; undefined for this node's own people. */
  readonly from: string | undefined
}

export type TrackChange =
  { readonly type: 'added' | 'paused'; readonly track: RoutedTrack } | { readonly type: 'removed'; readonly track: RoutedTrack }

/**
 * What can be consumed in this segment now: each producer of its router by its id. A producer leaves by itself when it closes.
 */
export class TrackTable {
  readonly #clock: Clock
  readonly #tracks = new Map<string, RoutedTrack>()
  readonly #listeners = new Set<(change: TrackChange) => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get all(): readonly RoutedTrack[] {
    return [...this.#tracks.values()]
  }

  get(producerId: string): RoutedTrack | undefined {
    return this.#tracks.get(producerId)
  }

  /** Adds a producer until it closes. */
  add(track: RoutedTrack): void {
    const { producer } = track
    this.#tracks.set(producer.id, track)
    const before = producer.onClosed
    producer.onClosed = () => {
      this.#tracks.delete(producer.id)
      this.#tell({ type: 'removed', track })
      before()
    }
    this.#tell({ type: 'added', track })
  }

  /** Tells that a producer was paused or resumed. */
  pausedChanged(producerId: string): void {
    const track = this.#tracks.get(producerId)
    if (track) this.#tell({ type: 'paused', track })
  }

  /** Calls `listener` at each change; returns what stops it. */
  onChange(listener: (change: TrackChange) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Resolves when the producer is here; rejects with `pipe_unavailable` after `timeoutMs`. */
  arrived(producerId: string, timeoutMs: number): Promise<RoutedTrack> {
    const here = this.#tracks.get(producerId)
    if (here) return Promise.resolve(here)
    return new Promise((resolve, reject) => {
      const stop = this.onChange(({ type, track }) => {
        if (type !== 'added' || track.producer.id !== producerId) return
        end()
        resolve(track)
      })
      const timer = this.#clock.after(timeoutMs, () => {
        end()
        reject(sfuErrors.raise.pipe_unavailable({}))
      })
      const end = (): void => {
        stop()
        timer.cancel()
      }
    })
  }

  #tell(change: TrackChange): void {
    for (const listener of this.#listeners) listener(change)
  }
}
