import { backoffMs, type Backoff } from '../../kit/backoff.ts'
import type { Clock } from '../../kit/clock.ts'
import { compareIds, firstId } from './bus.ts'
import { entriesOf, type RawEntries, type RedisStream } from './redisStream.ts'

/** How long one blocking read waits. Short enough that a dead connection is found within it and a little. */
export const blockMs = 5_000
const entriesAtOnce = 200
const retryRead: Backoff = { firstMs: 100, maxMs: 1_000 }
/** How often a blocked read is called back before it is left to end by itself: the call may overtake the read on its way. */
const callBackAttempts = 20
const callBackPeriodMs = 10

/** Reads all followed streams over one connection of its own. */
export interface RedisReader {
  /** Looks again at which streams there are: a read that is blocked on the older set is called back. */
  lookAgain(): void
  /** Ends with the signal that it was made with. */
  readonly done: Promise<void>
}

/** The arguments of XREAD, as the reader gives them: a key and then a place to read on from for each stream, all keys first. */
type ReadArguments = [...how: ['COUNT', number, 'BLOCK', number, 'STREAMS'], ...keysAndStarts: string[]]

/** What is asked of the connection that reads; one of ioredis does it. */
export interface ReadingConnection {
  on(event: 'close', listener: () => void): unknown
  client(subcommand: 'ID'): Promise<number>
  xread(...args: ReadArguments): Promise<RawStreams | null>
}

/** What is asked of the connection that gives commands; one of ioredis does it. */
export interface UnblockingConnection {
  client(subcommand: 'UNBLOCK', id: number): Promise<unknown>
}

/** Options of {@link startRedisReader}. */
export interface RedisReaderOptions {
  /** Used for nothing else: its reads block. */
  readonly reader: ReadingConnection
  /** Where a blocked read is called back from. */
  readonly commands: UnblockingConnection
  /** The streams that may be read now; several may have one key. */
  readonly streams: () => readonly RedisStream[]
  readonly clock: Clock
  readonly random: () => number
  readonly signal: AbortSignal
}

type RawStreams = readonly (readonly [key: string, entries: RawEntries])[]

/** Where to read on, key by key: after the entry that all of its followers have heard. */
function startsOf(streams: ReadonlyMap<string, readonly RedisStream[]>): readonly string[] {
  return [...streams.values()].map((followers) => followers.map(({ lastId }) => lastId).toSorted(compareIds)[0] ?? firstId)
}

/** Starts reading: XREAD over all streams at once, from each one's last entry, over and over. */
export function startRedisReader(options: RedisReaderOptions): RedisReader {
  const { reader, commands, clock, signal } = options
  let wanted = 0
  let reading = 0
  let readerId: number | undefined
  let wake: (() => void) | undefined
  reader.on('close', () => (readerId = undefined))

  async function readOnce(): Promise<void> {
    readerId ??= await reader.client('ID')
    if (signal.aborted) return // Nobody would wake what begins to wait now.
    reading = wanted
    const streams = Map.groupBy(options.streams(), ({ key }) => key)
    if (streams.size === 0) return new Promise((resolve) => (wake = resolve))
    const reply = await reader.xread('COUNT', entriesAtOnce, 'BLOCK', blockMs, 'STREAMS', ...streams.keys(), ...startsOf(streams))
    for (const [key, raw] of reply ?? []) {
      const entries = entriesOf(raw)
      for (const stream of streams.get(key) ?? []) stream.take(entries)
    }
  }

  async function run(): Promise<void> {
    let failures = 0
    while (!signal.aborted) {
      try {
        await readOnce()
        failures = 0
      } catch {
        // The connection is lost or was never there; ioredis dials it again, and the owner of the bus says so.
        const waitMs = backoffMs(retryRead, ++failures, options.random)
        await clock.sleep(waitMs, signal).catch(() => undefined)
      }
    }
  }

  async function callBack(attempt = 1): Promise<void> {
    if (attempt > callBackAttempts || reading === wanted || readerId === undefined) return
    await commands.client('UNBLOCK', readerId)
    await clock.sleep(callBackPeriodMs, signal)
    return callBack(attempt + 1)
  }

  function lookAgain(): void {
    wanted++
    wake?.()
    // A call that fails leaves the read to its own end, at most blockMs away.
    callBack().catch(() => undefined)
  }

  signal.addEventListener('abort', () => wake?.(), { once: true })
  return { lookAgain, done: run() }
}
