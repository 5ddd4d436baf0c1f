import type { Clock, Timer } from '../../kit/clock.ts'
import { ndjsonLine } from '../../kit/ndjson.ts'
import { meetingKey, type MeetingRef } from '../api/identity.ts'
import type { DrainReport } from '../api/drain.ts'
import type { HelloLine, LoadLine, NodeLoad } from '../api/load.ts'
import type { SegmentReport } from '../api/order.ts'

/** One reader of the load stream. */
export interface LoadReader {
  write(text: string): void
  /** What was written and not yet taken over by the network, in bytes. */
  readonly bufferedBytes: number
  end(): void
}

/** Options of {@link LoadFeed}. */
export interface LoadFeedOptions {
  readonly clock: Clock
  readonly hello: () => HelloLine
  /** The segment as it is now; undefined where it is gone. */
  readonly report: (key: string) => SegmentReport | undefined
  readonly drain: () => DrainReport
}

/** A segment, and a drain, is told at most once in this time. */
const segmentPeriodMs = 100
/** A reader for whom more than this waits beyond its hello is dropped: it reconnects and gets all anew. */
export const maxBufferedBytes = 4 * 1024 * 1024

/** The load stream for all who read it: each line is made once, changes of a segment are gathered, slow readers are dropped. */
export class LoadFeed {
  readonly #options: LoadFeedOptions
  readonly #readers = new Map<LoadReader, { readonly allowedBytes: number }>()
  readonly #dirty = new Set<string>()
  #drainChanged = false
  #timer: Timer | undefined

  constructor(options: LoadFeedOptions) {
    this.#options = options
  }

  get readers(): number {
    return this.#readers.size
  }

  /** Tells a reader all, then everything that changes. Returns what lets it go. */
  add(reader: LoadReader): () => void {
    reader.write(ndjsonLine(this.#options.hello()))
    this.#readers.set(reader, { allowedBytes: reader.bufferedBytes + maxBufferedBytes })
    return () => void this.#readers.delete(reader)
  }

  load(load: NodeLoad): void {
    this.#tell({ type: 'load', load })
  }

  /** A segment may look different now; it is told within {@link segmentPeriodMs}. */
  changed(key: string): void {
    this.#dirty.add(key)
    this.#arm()
  }

  /** The drain looks different now; it is told as a segment is. */
  drainChanged(): void {
    this.#drainChanged = true
    this.#arm()
  }

  /** Clients are told other addresses. */
  addressesChanged(addresses: readonly string[]): void {
    this.#tell({ type: 'addresses', addresses: [...addresses] })
  }

  closed(meeting: MeetingRef): void {
    this.#dirty.delete(meetingKey(meeting))
    this.#tell({ type: 'segmentClosed', meeting })
  }

  close(): void {
    this.#timer?.cancel()
    for (const reader of this.#readers.keys()) reader.end()
    this.#readers.clear()
  }

  #arm(): void {
    this.#timer ??= this.#options.clock.after(segmentPeriodMs, () => this.#flush())
  }

  #flush(): void {
    this.#timer = undefined
    for (const key of this.#dirty) {
      const segment = this.#options.report(key)
      if (segment) this.#tell({ type: 'segment', segment })
    }
    this.#dirty.clear()
    if (this.#drainChanged) this.#tell({ type: 'drain', drain: this.#options.drain() })
    this.#drainChanged = false
  }

  #tell(line: LoadLine): void {
    if (this.#readers.size === 0) return
    const text = ndjsonLine(line)
    for (const [reader, { allowedBytes }] of this.#readers) {
      if (reader.bufferedBytes <= allowedBytes) {
        reader.write(text)
        continue
      }
      this.#readers.delete(reader)
      reader.end()
    }
  }
}
