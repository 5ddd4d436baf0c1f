import { expect, test } from 'vitest'

import { livePoolUntil, poolCrashPoints } from './poolCrashPoints.ts'

/** Of some 270 calls: all of them take half a minute of processor time (`node operator/testing/histories/simulatePools.ts crash-points`). */
const everyCall = 40

test('an operator that dies at a call of a pool’s life is followed by one that needs three passes at most', async () => {
  const points = await poolCrashPoints(everyCall)
  expect(points.length).toBeGreaterThan(10)
  for (const crash of points) expect({ crash, ...(await livePoolUntil(crash)) }).toMatchObject({ crash, faults: [] })
}, 60_000)
