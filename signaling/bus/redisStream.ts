import type { Redis } from 'ioredis'

import { compareIds, firstId, type BusEntry, type StreamKeeping } from './bus.ts'

/** Field of an entry that holds what was appended. */
const dataField = 'd'
/** Field of an entry that was put back under a new id: its old one. */
const wasField = 'was'

/**
 * Adds an entry and renews the stream's life at once, so that no crash leaves a stream for ever.
 * KEYS: the stream. ARGV: milliseconds to live, entries to keep, the data.
 */
const appendScript = `
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', '${dataField}', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return id`

/**
 * Puts back what a lost store has forgotten, under the old ids, in order. An entry whose place was taken meanwhile (another replica came
 * first, and did not have it) goes to the end under a new id and names its old one; one that was trimmed stays away.
 * KEYS: the stream. ARGV: milliseconds to live, entries to keep, then id and data of each entry, rising.
 */
const refillScript = `
for i = 3, #ARGV, 2 do
  local added = redis.pcall('XADD', KEYS[1], ARGV[i], '${dataField}', ARGV[i + 1])
  if type(added) == 'table' and added.err then
    local known = #redis.call('XRANGE', KEYS[1], ARGV[i], ARGV[i]) > 0
    local full = redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[2])
    if not known and not full then redis.call('XADD', KEYS[1], '*', '${dataField}', ARGV[i + 1], '${wasField}', ARGV[i]) end
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1`

/** The reply of XRANGE and its kin. */
export type RawEntries = readonly (readonly [id: string, fields: readonly string[]])[]

/** An entry as it stands in Redis. */
export interface RedisEntry extends BusEntry {
  /** The id that it had before the store lost it. */
  readonly was?: string
}

/** Entries of a raw reply; what others wrote without our field is passed over. */
export function entriesOf(raw: RawEntries): readonly RedisEntry[] {
  return raw.flatMap(([id, [field, data, , was]]) => {
    if (field !== dataField || data === undefined) return []
    return [was === undefined ? { id, data } : { id, data, was }]
  })
}

/** One followed stream: what of it was heard, and what is kept to fill it again. */
export interface RedisStream {
  readonly key: string
  /** The last entry that was heard. */
  readonly lastId: string
  /** Whether it is known to hold everything that is kept here, so that entries may be appended and read on. */
  synced: boolean
  /** Hands on the entries that come after the last one heard. */
  take(entries: readonly RedisEntry[]): void
  /** Makes the store and this replica agree: fills the stream again where it lost entries, and reads what was missed. */
  sync(): Promise<void>
  append(data: string): Promise<string>
  /** Renews the stream's life. */
  refresh(): Promise<void>
}

/** Options of {@link createRedisStream}. */
export interface RedisStreamOptions extends StreamKeeping {
  readonly key: string
  /** Connection for commands that do not block. */
  readonly redis: Redis
  readonly lingerMs: number
  readonly onEntry: (entry: BusEntry) => void
}

/** Makes the stream; it is synced by its owner whenever the store is there again. */
export function createRedisStream({ key, redis, lingerMs, keep, replay, onEntry }: RedisStreamOptions): RedisStream {
  const kept: BusEntry[] = []
  let lastId = firstId
  let begun = false

  function hear({ id, data, was }: RedisEntry): void {
    if (compareIds(id, lastId) <= 0) return
    lastId = id
    if (was !== undefined && kept.some((each) => each.id === was)) return
    const entry = { id, data }
    if (replay) {
      kept.push(entry)
      kept.splice(0, kept.length - keep)
    }
    onEntry(entry)
  }

  async function begin(): Promise<void> {
    const raw = (await redis.xrevrange(key, '+', '-', 'COUNT', replay ? keep : 1)) as RawEntries
    begun = true
    if (replay) for (const entry of entriesOf(raw.toReversed())) hear(entry)
    else lastId = raw[0]?.[0] ?? firstId
  }

  async function refill(): Promise<void> {
    const last = kept.at(-1)
    if (last === undefined) return
    const there = (await redis.xrange(key, last.id, last.id)) as RawEntries
    if (there.length > 0) return
    await redis.eval(refillScript, 1, key, lingerMs, keep, ...kept.flatMap(({ id, data }) => [id, data]))
  }

  return {
    key,
    get lastId() {
      return lastId
    },
    synced: false,
    take(entries) {
      for (const entry of entries) hear(entry)
    },
    async sync() {
      if (!begun) return begin()
      await refill()
      const missed = (await redis.xrange(key, `(${lastId}`, '+')) as RawEntries
      for (const entry of entriesOf(missed)) hear(entry)
    },
    append: async (data) => String(await redis.eval(appendScript, 1, key, lingerMs, keep, data)),
    async refresh() {
      await redis.pexpire(key, lingerMs)
    },
  }
}
