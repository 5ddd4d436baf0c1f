import { expect, test } from 'vitest'

import { backoffMs } from './backoff.ts'

test('a backoff doubles up to its limit and jitters within its upper half', () => {
  const backoff = { firstMs: 100, maxMs: 1_000 }
  expect([1, 2, 3, 4, 5].map((attempt) => backoffMs(backoff, attempt, () => 0))).toEqual([50, 100, 200, 400, 500])
  expect(backoffMs(backoff, 9, () => 0.999)).toBeCloseTo(1_000, -1)
})
