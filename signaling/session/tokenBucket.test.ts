import { expect, test } from 'vitest'

import { virtualClock } from '../../kit/virtualClock.ts'
import { createTokenBucket } from './tokenBucket.ts'

test('a bucket gives its burst at once, then one a period, and never more than its burst after a rest', async () => {
  const clock = virtualClock()
  const bucket = createTokenBucket({ burst: 2, periodMs: 1_000 }, clock)
  expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([undefined, undefined, 1_000])
  await clock.advance(400)
  expect(bucket.take()).toBe(600)
  await clock.advance(600)
  expect([bucket.take(), bucket.take()]).toEqual([undefined, 1_000])
  await clock.advance(60_000)
  expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([undefined, undefined, 1_000])
})
