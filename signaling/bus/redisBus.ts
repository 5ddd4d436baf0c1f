import { once } from 'node:events'

import { Redis, type RedisOptions } from 'ioredis'

import { withinTime } from '../../kit/abort.ts'
import { backoffMs, type Backoff } from '../../kit/backoff.ts'
import type { Clock } from '../../kit/clock.ts'
import { commonErrors } from '../../kit/errors.ts'
import type { Log } from '../../kit/log.ts'
import type { Bus } from './bus.ts'
import { blockMs, startRedisReader } from './redisReader.ts'
import { createRedisStream, type RedisStream } from './redisStream.ts'

/** Options of {@link createRedisBus}. */
export interface RedisBusOptions {
  /** `redis://` or `rediss://`, with user and password where they are needed. It is never logged. */
  readonly url: string
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  /** How long a stream outlives its last follower. */
  readonly lingerMs: number
  /** Told whenever the store is lost or back. */
  readonly onUp?: (up: boolean) => void
}

const commandTimeoutMs = 2_000
/** A connection that heard nothing for this long while it waits for an answer is dead. */
const silentMs = 4_000
const redial: Backoff = { firstMs: 100, maxMs: 3_000 }
const resync: Backoff = { firstMs: 200, maxMs: 5_000 }
/** Prefix of all keys. The braces keep a meeting's streams together. */
const keyOf = (stream: string): string => `parley:room:${stream}`
const hintKeyOf = (name: string): string => `parley:hint:${name}`

function settings(options: RedisBusOptions, name: string): RedisOptions & { replyMapping: 'legacy' } {
  return {
    connectionName: `parley-signaling-${name}`,
    // RESP2: replies of XREAD are lists, as every Redis and its relatives give them.
    protocol: 2,
    replyMapping: 'legacy',
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt) => backoffMs(redial, attempt, options.random),
  }
}

/**
 * Streams in Redis (a single one, or one behind a stable address; not Redis Cluster, since one read spans all meetings). One connection
 * carries commands, a second one the blocking read of all streams. When Redis is away nothing waits for it: appending raises
 * `unavailable`, followers hear nothing, and both go on when it is back, with what it lost filled in again.
 */
export function createRedisBus(options: RedisBusOptions): Bus {
  const { clock, log, lingerMs } = options
  const stopping = new AbortController()
  const { signal } = stopping
  const commands = new Redis(options.url, {
    ...settings(options, 'bus'),
    commandTimeout: commandTimeoutMs,
    socketTimeout: silentMs,
  })
  const reader = new Redis(options.url, { ...settings(options, 'reader'), socketTimeout: blockMs + silentMs })
  const streams = new Set<RedisStream>()
  let up: boolean | undefined
  /** Counts the times that the store came back; a sync of an earlier time stops. */
  let era = 0

  const reading = startRedisReader({
    ...{ reader, commands, clock, signal },
    random: options.random,
    streams: () => [...streams].filter(({ synced }) => synced),
  })

  function setUp(next: boolean): void {
    if (up === next) return
    if (!next) log.warn({}, 'Redis is away: chat waits, everything else goes on')
    else if (up === false) log.info({ count: streams.size }, 'Redis is back, with what it had lost')
    up = next
    options.onUp?.(next)
  }

  async function syncAll(now: number, attempt = 1): Promise<void> {
    if (now !== era || signal.aborted) return
    try {
      for (const stream of streams) await syncOne(stream)
      if (now === era) setUp(true)
    } catch (err) {
      log.debug({ attempt, err }, 'streams could not be read from Redis')
      clock.after(backoffMs(resync, attempt, options.random), () => void syncAll(now, attempt + 1))
    }
  }

  async function syncOne(stream: RedisStream): Promise<void> {
    const now = era
    if (stream.synced) return
    await stream.sync()
    if (now !== era || !streams.has(stream)) return
    stream.synced = true
    reading.lookAgain()
  }

  commands.on('ready', () => void syncAll(++era))
  commands.on('close', () => {
    era++
    for (const stream of streams) stream.synced = false
    if (!signal.aborted) setUp(false)
  })
  // Both connections fail together; 'close' of the first one is what is told.
  commands.on('error', (err: Error) => log.debug({ err }, 'Redis connection failed'))
  reader.on('error', (err: Error) => log.debug({ err }, 'Redis connection failed'))

  const refreshing = clock.every(lingerMs / 3, () => {
    for (const stream of streams) void stream.refresh().catch(() => undefined)
  })

  async function append(stream: RedisStream, data: string): Promise<string> {
    if (!stream.synced) throw commonErrors.raise.unavailable({ what: 'Redis' })
    try {
      return await stream.append(data)
    } catch (cause) {
      throw commonErrors.raise.unavailable({ what: 'Redis' }, { cause })
    }
  }

  return {
    get up() {
      return up === true
    },
    follow(name, { keep, replay, onEntry }) {
      const stream = createRedisStream({ key: keyOf(name), redis: commands, lingerMs, keep, replay, onEntry })
      streams.add(stream)
      // Where it fails now, the sync of all streams tries again when Redis is back.
      const ready = syncOne(stream).catch(() => {
        if (commands.status === 'ready') void syncAll(era)
      })
      return {
        ready,
        append: (data) => append(stream, data),
        stop: () => {
          if (streams.delete(stream)) reading.lookAgain()
        },
      }
    },
    async remember(name, text, lifeMs) {
      await commands.set(hintKeyOf(name), text, 'PX', lifeMs).catch((err: unknown) => log.debug({ err }, 'a hint was not kept'))
    },
    async recall(name) {
      try {
        if (commands.status !== 'ready')
          await withinTime({ timeoutMs: commandTimeoutMs, signal }, (within) => once(commands, 'ready', { signal: within }))
        return (await commands.get(hintKeyOf(name))) ?? undefined
      } catch (err) {
        log.debug({ err }, 'a hint was not found')
        return undefined
      }
    },
    async close() {
      stopping.abort(new Error('the bus was closed'))
      refreshing.cancel()
      commands.disconnect()
      reader.disconnect()
      await reading.done
    },
  }
}
