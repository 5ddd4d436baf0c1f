import { EventEmitter } from 'node:events'

import type { Redis } from 'ioredis'
import { expect, test } from 'vitest'

import { virtualClock } from '../../kit/virtualClock.ts'
import { startRedisReader } from './redisReader.ts'

/** A connection that answers its first question when the test lets it. */
function aConnection(): { redis: Redis; answer: (id: number) => void } {
  let answer = (_id: number): void => undefined
  const id = new Promise<number>((resolve) => (answer = resolve))
  const redis = Object.assign(new EventEmitter(), { client: () => id, xread: () => new Promise(() => undefined) })
  return { redis: redis as unknown as Redis, answer }
}

test.each(['before the connection has answered', 'while no stream is followed'])('the end comes %s', async (when) => {
  const { redis, answer } = aConnection()
  const stopping = new AbortController()
  const options = { reader: redis, commands: redis, streams: () => [], clock: virtualClock(), random: () => 0 }
  const { done } = startRedisReader({ ...options, signal: stopping.signal })
  if (when === 'while no stream is followed') {
    answer(7)
    await new Promise(setImmediate)
  }
  stopping.abort(new Error('the end'))
  answer(7)
  await expect(done).resolves.toBeUndefined()
})
