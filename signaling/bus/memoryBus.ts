import type { Clock, Timer } from '../../kit/clock.ts'
import { appendedAtMs, firstId, type Bus, type BusEntry } from './bus.ts'

interface Stream {
  readonly entries: BusEntry[]
  readonly followers: Set<(entry: BusEntry) => void>
  lastId: string
  ending: Timer | undefined
}

/** The streams of one process; several buses over one of them are as several replicas over one Redis. */
export type MemoryStreams = Map<string, Stream>

/** Options of {@link createMemoryBus}. */
export interface MemoryBusOptions {
  readonly clock: Clock
  /** How long a stream outlives its last follower. */
  readonly lingerMs: number
  readonly streams?: MemoryStreams
}

/** A bus for a single replica: nothing is shared with another process, and nothing is ever unavailable. */
export function createMemoryBus({ clock, lingerMs, streams = new Map() }: MemoryBusOptions): Bus {
  const stops = new Set<() => void>()

  function streamOf(name: string): Stream {
    const stream = streams.get(name) ?? { entries: [], followers: new Set(), lastId: firstId, ending: undefined }
    streams.set(name, stream)
    stream.ending?.cancel()
    return stream
  }

  function nextId(stream: Stream): string {
    const nowMs = Math.floor(clock.nowMs())
    const lastMs = appendedAtMs(stream.lastId)
    return nowMs > lastMs ? `${nowMs}-0` : `${lastMs}-${Number(stream.lastId.split('-')[1]) + 1}`
  }

  return {
    up: true,
    follow(name, { keep, replay, onEntry }) {
      const stream = streamOf(name)
      if (replay) for (const entry of stream.entries) onEntry(entry)
      stream.followers.add(onEntry)
      const stop = (): void => {
        stops.delete(stop)
        if (stream.followers.delete(onEntry) && stream.followers.size === 0)
          stream.ending = clock.after(lingerMs, () => streams.delete(name))
      }
      stops.add(stop)
      return {
        ready: Promise.resolve(),
        append(data) {
          const entry = { id: nextId(stream), data }
          stream.lastId = entry.id
          stream.entries.push(entry)
          stream.entries.splice(0, stream.entries.length - keep)
          for (const follower of [...stream.followers]) follower(entry)
          return Promise.resolve(entry.id)
        },
        stop,
      }
    },
    // There is no other replica to leave a hint to, and no later start that finds it.
    remember: () => Promise.resolve(),
    recall: () => Promise.resolve(undefined),
    close() {
      for (const stop of [...stops]) stop()
      return Promise.resolve()
    },
  }
}
