import { expect, test } from 'vitest'

import { ageOf, humanDuration } from './duration.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const year = 365 * day

// The cases of apimachinery's duration_test.go.
test.each([
  [second, '1s'],
  [70 * second, '70s'],
  [190 * second, '3m10s'],
  [70 * minute, '70m'],
  [47 * hour, '47h'],
  [49 * hour, '2d1h'],
  [8 * day + 2 * hour, '8d'],
  [367 * day, '367d'],
  [2 * year + 25 * hour, '2y1d'],
  [8 * year + 2 * hour, '8y'],
  [0, '0s'],
  [2 * minute - 1, '119s'],
  [2 * minute, '2m'],
  [10 * minute - second, '9m59s'],
  [3 * hour, '3h'],
  [3 * hour + 30 * minute, '3h30m'],
  [-500, '0s'],
  [-5_000, '<invalid>'],
])('%i ms are %s', (durationMs, text) => {
  expect(humanDuration(durationMs)).toBe(text)
})

test('a time that is none has no age', () => {
  expect([ageOf(undefined, 0), ageOf('yesterday', 0)]).toEqual(['<unknown>', '<unknown>'])
})
