import { expect, test } from 'vitest'

import { systemClock } from '../../kit/clock.ts'
import { virtualClock } from '../../kit/virtualClock.ts'
import { busContract, follow } from '../testing/busContract.ts'
import { createMemoryBus, type MemoryStreams } from './memoryBus.ts'

busContract('memory', () => {
  const streams: MemoryStreams = new Map()
  return Promise.resolve({
    open: () => Promise.resolve(createMemoryBus({ clock: systemClock, lingerMs: 1_000, streams })),
    stop: () => Promise.resolve(),
  })
})

test('a stream ends some time after its last follower, and nothing stays', async () => {
  const clock = virtualClock()
  const streams: MemoryStreams = new Map()
  const bus = createMemoryBus({ clock, lingerMs: 60_000, streams })
  const first = await follow(bus, 'a')
  await first.append('kept')
  first.stop()
  await clock.advance(59_000)
  const second = await follow(bus, 'a')
  expect(second.heard).toMatchObject([{ data: 'kept' }])
  await bus.close()
  await clock.advance(60_000)
  expect(streams.size).toBe(0)
  expect(clock.pending()).toBe(0)
})

test('ids rise when the clock stands still or goes back', async () => {
  const bus = createMemoryBus({ clock: virtualClock(1_000), lingerMs: 1_000 })
  const follower = await follow(bus, 'a')
  expect([await follower.append('a'), await follower.append('b')]).toEqual(['1000-0', '1000-1'])
})
