import type { Clock, Timer } from '../../kit/clock.ts'
import { sfuErrors } from '../api/errors.ts'
import type { Source } from '../api/rights.ts'
import type { MediaProducer } from '../media/types.ts'

/** One way by which a track comes into this segment's router. While a cascade is replanned a track may come by two. */
export interface RoutedTrack {
  readonly trackId: string
  readonly source: Source
  /** Its author's id for it, as the roster names it: the same on each way. */
  readonly producerId: string
  /** The producer in this router; of this node's own people its id is the author's. */
  readonly producer: MediaProducer
  /** The node whose pipe it came through; undefined for this node's own people. */
  readonly from: string | undefined
}

/**
 * | change  | when                                                                                             |
 * | added   | the track is here, by its first way                                                              |
 * | moved   | another way counts from now on; that `before` goes on for a while, so that whoever uses it moves |
 * | settled | that while is over: nobody needs the way that was left                                           |
 * | ending  | the way that counts is about to end, or no longer                                                |
 * | paused  | the way that counts was paused or resumed                                                        |
 * | removed | the last way closed                                                                              |
 */
export type TrackChange =
  | { readonly type: 'added' | 'paused' | 'removed' | 'ending' | 'settled'; readonly track: RoutedTrack }
  | { readonly type: 'moved'; readonly track: RoutedTrack; readonly before: RoutedTrack }

/** How long a way that was left goes on: clients ask for the track again and hold both for 0.6 s (signaling's client), on slow links too. */
export const moveGraceMs = 5_000

interface Way {
  readonly track: RoutedTrack
  /** Its sender said that it is about to end. */
  ending: boolean
  /** Runs while whoever used it moves away. */
  leaving: Timer | undefined
}

/** Options of {@link TrackTable}. */
export interface TrackTableOptions {
  readonly clock: Clock
  /** Whether an order is about to take the edge to this node away: what comes by it counts as ending. */
  readonly isLeaving: (node: string) => boolean
}

/**
 * What can be consumed in this segment now: each track by its author's producer id. Of several ways by which one comes, one counts: the
 * first, until it is about to end and another is not. A way leaves by itself when its producer closes.
 */
export class TrackTable {
  readonly #options: TrackTableOptions
  readonly #ways = new Map<string, Set<Way>>()
  readonly #counts = new Map<string, Way>()
  readonly #listeners = new Set<(change: TrackChange) => void>()

  constructor(options: TrackTableOptions) {
    this.#options = options
  }

  /** The tracks, each by the way that counts. */
  get all(): readonly RoutedTrack[] {
    return [...this.#counts.values()].map(({ track }) => track)
  }

  /** A track by its author's producer id, as it comes by the way that counts. */
  get(producerId: string): RoutedTrack | undefined {
    return this.#counts.get(producerId)?.track
  }

  /** Whether this very way counts. */
  counts(track: RoutedTrack): boolean {
    return this.get(track.producerId) === track
  }

  /** Whether the way is about to end. */
  isEnding(track: RoutedTrack): boolean {
    const way = this.#wayOf(track)
    return way !== undefined && this.#ends(way)
  }

  /** The nodes through whose pipes a track is used now: that of the way that counts, and those that are being left. */
  usedFrom(producerId: string): readonly string[] {
    const counts = this.#counts.get(producerId)
    const used = [...(this.#ways.get(producerId) ?? [])].filter((way) => way === counts || way.leaving !== undefined)
    return used.flatMap(({ track: { from } }) => (from === undefined ? [] : [from]))
  }

  /** Whether anything that comes through the pipe of this node is in use. */
  uses(node: string): boolean {
    return [...this.#ways.keys()].some((producerId) => this.usedFrom(producerId).includes(node))
  }

  /** Adds a way until its producer closes. */
  add(track: RoutedTrack): void {
    const { producer, producerId } = track
    const way: Way = { track, ending: false, leaving: undefined }
    this.#ways.set(producerId, (this.#ways.get(producerId) ?? new Set()).add(way))
    const before = producer.onClosed
    producer.onClosed = () => {
      this.#drop(way)
      before()
    }
    this.#choose(producerId)
  }

  /** The sender of a way says that it is about to end, or that it stays after all. */
  setEnding(track: RoutedTrack, ending: boolean): void {
    const way = this.#wayOf(track)
    if (way === undefined || way.ending === ending) return
    way.ending = ending
    this.#judge(way)
  }

  /** Another order: judges anew what is about to end. */
  rejudge(): void {
    for (const way of [...this.#counts.values()]) this.#judge(way)
  }

  /** Tells that a producer was paused or resumed. */
  pausedChanged(track: RoutedTrack): void {
    if (this.counts(track)) this.#tell({ type: 'paused', track })
  }

  /** Calls `listener` at each change; returns what stops it. */
  onChange(listener: (change: TrackChange) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Resolves when the producer is here; rejects with `pipe_unavailable` after `timeoutMs`. */
  arrived(producerId: string, timeoutMs: number): Promise<RoutedTrack> {
    const here = this.get(producerId)
    if (here) return Promise.resolve(here)
    return new Promise((resolve, reject) => {
      const stop = this.onChange(({ type, track }) => {
        if (type !== 'added' || track.producerId !== producerId) return
        end()
        resolve(track)
      })
      const timer = this.#options.clock.after(timeoutMs, () => {
        end()
        reject(sfuErrors.raise.pipe_unavailable({}))
      })
      const end = (): void => {
        stop()
        timer.cancel()
      }
    })
  }

  #wayOf(track: RoutedTrack): Way | undefined {
    for (const way of this.#ways.get(track.producerId) ?? []) if (way.track === track) return way
    return undefined
  }

  #ends({ ending, track: { from } }: Way): boolean {
    return ending || (from !== undefined && this.#options.isLeaving(from))
  }

  #judge(way: Way): void {
    const { track } = way
    this.#choose(track.producerId)
    if (this.counts(track)) this.#tell({ type: 'ending', track })
  }

  #choose(producerId: string): void {
    const before = this.#counts.get(producerId)
    if (before !== undefined && !this.#ends(before)) return
    const next = this.#best(producerId, before)
    if (next === undefined || next === before) return
    this.#counts.set(producerId, next)
    if (before === undefined) return this.#tell({ type: 'added', track: next.track })
    this.#leave(before, next)
  }

  /** The first way that goes on; where none does, the one that counted, or any. */
  #best(producerId: string, before: Way | undefined): Way | undefined {
    const ways = [...(this.#ways.get(producerId) ?? [])]
    return ways.find((way) => !this.#ends(way)) ?? before ?? ways[0]
  }

  #leave(before: Way, next: Way): void {
    stay(next)
    before.leaving = this.#options.clock.after(moveGraceMs, () => {
      before.leaving = undefined
      this.#tell({ type: 'settled', track: before.track })
    })
    this.#tell({ type: 'moved', track: next.track, before: before.track })
  }

  #drop(way: Way): void {
    const { track } = way
    const ways = this.#ways.get(track.producerId)
    stay(way)
    ways?.delete(way)
    if (ways?.size === 0) this.#ways.delete(track.producerId)
    if (this.#counts.get(track.producerId) !== way) return
    const next = this.#best(track.producerId, undefined)
    if (next === undefined) {
      this.#counts.delete(track.producerId)
      return this.#tell({ type: 'removed', track })
    }
    stay(next)
    this.#counts.set(track.producerId, next)
    this.#tell({ type: 'moved', track: next.track, before: track })
  }

  #tell(change: TrackChange): void {
    for (const listener of this.#listeners) listener(change)
  }
}

/** Nobody moves away from this way any more. */
function stay(way: Way): void {
  way.leaving?.cancel()
  way.leaving = undefined
}
