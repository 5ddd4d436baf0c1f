import { expect, test } from 'vitest'

import { virtualClock } from '../../kit/virtualClock.ts'
import { createPulse, pictureLostMs, pulseLostMs } from './pulse.ts'

function aPulse() {
  const clock = virtualClock()
  const world = { clock, count: 1 as number | undefined, hasPicture: false, lost: 0 }
  const pulse = createPulse({
    clock,
    count: () => Promise.resolve(world.count),
    hasPicture: () => world.hasPicture,
    onLost: () => world.lost++,
  })
  return { world, pulse }
}

test('a node from which something comes is alive, however little it is', async () => {
  const { world, pulse } = aPulse()
  pulse.start()
  for (let second = 0; second < 30; second += 2) {
    world.count = second
    await world.clock.advance(2_000)
  }
  expect(world.lost).toBe(0)
})

test('a node from which nothing comes is lost, and that is told until something comes', async () => {
  const { world, pulse } = aPulse()
  pulse.start()
  await world.clock.advance(pulseLostMs)
  expect(world.lost).toBe(0)
  await world.clock.advance(1_000)
  expect(world.lost).toBe(2)
  world.count = 2
  await world.clock.advance(pulseLostMs)
  expect(world.lost).toBe(2)
  await world.clock.advance(1_000)
  expect(world.lost).toBe(4)
})

test('where nothing could come, nothing is missed', async () => {
  const { world, pulse } = aPulse()
  world.count = undefined
  pulse.start()
  await world.clock.advance(60_000)
  expect(world.lost).toBe(0)
})

test('once the doubt is gone it is not felt any more', async () => {
  const { world, pulse } = aPulse()
  pulse.start()
  await world.clock.advance(1_000)
  pulse.stop()
  await world.clock.advance(60_000)
  expect(world.lost).toBe(0)
  expect(world.clock.pending()).toBe(0)
})

test('where a picture came, a second without a packet is enough; while it comes, nothing is lost', async () => {
  const { world, pulse } = aPulse()
  world.hasPicture = true
  pulse.start()
  for (let feel = 0; feel < 20; feel++) {
    world.count = feel
    await world.clock.advance(500)
  }
  expect(world.lost).toBe(0)
  await world.clock.advance(pictureLostMs + 500)
  expect(world.lost).toBeGreaterThan(0)
})
