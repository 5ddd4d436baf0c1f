import { expect, test } from 'vitest'

import { virtualClock } from '../../kit/virtualClock.ts'
import { createPlaces, placeBackoff, placeKeptMs } from './places.ts'

/** When places are taken, in seconds, by somebody who asks twice a second for `seconds`. */
async function takenIn(seconds: number, random: () => number): Promise<readonly number[]> {
  const clock = virtualClock()
  const places = createPlaces({ clock, random })
  const taken: number[] = []
  for (let at = 0; at <= seconds; at += 0.5) {
    if (places.take()) taken.push(at)
    await clock.advance(500)
  }
  return taken
}

test('the first place is had at once, and the next ones ever later', async () => {
  expect(await takenIn(200, () => 0)).toEqual([0, 1, 3, 7, 15, 31, 61, 91, 121, 151, 181])
  expect(await takenIn(200, () => 0.999)).toEqual([0, 2, 6, 14, 30, 62, 122, 182])
})

test('whoever never gets any media takes a bounded number of places, at different times', async () => {
  let state = 1
  const random = (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647
  const [one, other] = [await takenIn(3_600, random), await takenIn(3_600, random)]
  expect(one).not.toEqual(other)
  expect(Math.max(one.length, other.length)).toBeLessThanOrEqual(5 + (3_600 * 1_000) / (placeBackoff.maxMs / 2))
})

test('a place that was kept for a while makes the next loss the first again', async () => {
  const clock = virtualClock()
  const places = createPlaces({ clock, random: () => 0 })
  const losses = async (count: number): Promise<void> => {
    for (let taken = 0; taken < count; await clock.advance(500)) if (places.take()) taken += 1
  }
  await losses(8)
  expect(places.take()).toBe(false)
  await clock.advance(placeKeptMs)
  expect(places.take()).toBe(true)
  await clock.advance(placeBackoff.firstMs)
  expect(places.take()).toBe(true)
})
