import { expect, test } from 'vitest'

import { EpochRaises } from './epochRaises.ts'

test('a node may raise the epoch a few times; then no more until time has passed', () => {
  const raises = new EpochRaises()
  expect([1, 2, 3].map((epoch) => raises.beyond('a', epoch, epoch * 1_000))).toEqual([0, 32, 1_024])
  for (const nowMs of [4_000, 20_000]) expect(raises.beyond('a', 4, nowMs)).toBeUndefined()
  expect(raises.beyond('a', 4, 181_000)).toBe(1_024)
})

test('many refusals of one epoch are one reason, and other nodes have their own', () => {
  const raises = new EpochRaises()
  for (let each = 0; each < 50; each++) expect(raises.beyond('a', 7, each)).toBe(0)
  expect([8, 9].map((epoch) => raises.beyond('a', epoch, 100))).toEqual([32, 1_024])
  expect(raises.beyond('a', 10, 100)).toBeUndefined()
  expect(raises.beyond('b', 10, 100)).toBe(0)
})

test('a node of the same name that is made again begins anew', () => {
  const raises = new EpochRaises()
  for (const epoch of [1, 2, 3, 4]) raises.beyond('a', epoch, 0)
  raises.forget('a')
  expect(raises.beyond('a', 5, 0)).toBe(0)
})
