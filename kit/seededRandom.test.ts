import { expect, test } from 'vitest'

import { seededRandom } from './seededRandom.ts'

const drawn = (seed: number, count: number): readonly number[] => {
  const random = seededRandom(seed)
  return Array.from({ length: count }, random)
}

test('one seed draws the same numbers each time, another one others', () => {
  expect(drawn(7, 100)).toEqual(drawn(7, 100))
  expect(drawn(7, 100)).not.toEqual(drawn(8, 100))
})

test('the numbers fill [0, 1) evenly', () => {
  const tenths = Map.groupBy(drawn(1, 10_000), (number) => Math.floor(number * 10))
  expect([...tenths.keys()].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  for (const numbers of tenths.values()) expect(Math.abs(numbers.length - 1_000)).toBeLessThan(150)
})
