import { expect, test } from 'vitest'

import { crashEndingOf } from './ending.ts'
import { crashSteps } from './options.ts'

/** The fewest calls of a life that is worth it. */
const callsAtLeast = 50

test.each([1, 2, 3, 4])(
  'history %i converges in three passes from each call, before and after it',
  { timeout: 180_000 },
  async (seed) => {
    const { faults, counts } = await crashEndingOf(seed, { steps: crashSteps })
    expect({ seed, faults }).toEqual({ seed, faults: [] })
    expect(counts['crashBefore']).toBeGreaterThan(callsAtLeast)
    expect(counts['crashAfter']).toBe(counts['crashBefore'])
  },
)
