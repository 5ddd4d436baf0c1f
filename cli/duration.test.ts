import { expect, test } from 'vitest'

import { parseDurationMs, shortDuration } from './duration.ts'

test.each([
  ['90s', 90_000],
  ['15m', 900_000],
  ['6h', 21_600_000],
  ['2d', 172_800_000],
  ['0s', undefined],
  ['6', undefined],
  ['6 h', undefined],
  ['-6h', undefined],
])('%s is %s ms', (text, durationMs) => expect(parseDurationMs(text)).toBe(durationMs))

test.each([
  [-5_000, '0s'],
  [119_000, '119s'],
  [120_000, '2m'],
  [7_200_000, '2h'],
  [172_800_000, '2d'],
])('%s ms is an age of %s', (durationMs, text) => expect(shortDuration(durationMs)).toBe(text))
