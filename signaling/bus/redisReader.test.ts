import { EventEmitter } from 'node:events'

import { expect, test } from 'vitest'

import { virtualClock } from '../../kit/virtualClock.ts'
import { startRedisReader, type ReadingConnection } from './redisReader.ts'

/** A connection that answers its first question when the test lets it. */
function aConnection(): { reader: ReadingConnection; answer: (id: number) => void } {
  let answer = (_id: number): void => undefined
  const id = new Promise<number>((resolve) => (answer = resolve))
  const reader = Object.assign(new EventEmitter(), { client: () => id, xread: () => new Promise<never>(() => undefined) })
  return { reader, answer }
}

test.each(['before the connection has answered', 'while no stream is followed'])('the end comes %s', async (when) => {
  const { reader, answer } = aConnection()
  const stopping = new AbortController()
  const commands = { client: () => Promise.resolve() }
  const options = { reader, commands, streams: () => [], clock: virtualClock(), random: () => 0 }
  const { done } = startRedisReader({ ...options, signal: stopping.signal })
  if (when === 'while no stream is followed') {
    answer(7)
    await new Promise(setImmediate)
  }
  stopping.abort(new Error('the end'))
  answer(7)
  await expect(done).resolves.toBeUndefined()
})
