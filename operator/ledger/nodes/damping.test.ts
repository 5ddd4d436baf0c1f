import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { afterLoss, freshBootHoldMs, heldAnew, holdAfter, sameBootHoldMs, type Flaps } from './damping.ts'

const minuteMs = 60_000
/** Losses in a row, each so long after the one before. */
const lost = (...gapsMs: readonly number[]): Flaps => {
  let [flaps, nowMs] = [afterLoss(undefined, 0), 0]
  for (const gapMs of gapsMs) flaps = afterLoss(flaps, (nowMs += gapMs))
  return flaps
}

test('a node that failed once is held for a moment as a new process, and longer as the same', () => {
  const flaps = lost()
  expect(holdAfter(flaps, { fresh: true, nowMs: 9_000 })).toEqual({
    untilMs: 9_000 + freshBootHoldMs,
    why: 'it was lost and is back as a new process: takes new work after 3 s',
  })
  expect(holdAfter(flaps, { fresh: false, nowMs: 9_000 }).untilMs).toBe(9_000 + sameBootHoldMs)
})

test('the third loss within minutes keeps it out for ten minutes, and the words say so', () => {
  expect(lost(minuteMs).suppressedUntilMs).toBeUndefined()
  const hold = holdAfter(lost(20_000, 20_000), { fresh: true, nowMs: 45_000 })
  expect(hold.why).toMatch(/^it was lost 3 times lately: takes no new work for (9|10) min$/)
  expect(hold.untilMs).toBeGreaterThan(9 * minuteMs)
})

test('losses that are far apart are each the first', () => {
  const flaps = lost(60 * minuteMs, 60 * minuteMs, 60 * minuteMs)
  expect(flaps).toMatchObject({ losses: 1, suppressedUntilMs: undefined })
})

test('a node that falls silent while it is held earns the hold anew; one that is over stays over', () => {
  expect(heldAnew({ untilMs: 10_000, why: 'x' }, 9_000)).toEqual({ untilMs: 9_000 + freshBootHoldMs, why: 'x' })
  expect(heldAnew({ untilMs: 90_000, why: 'x' }, 9_000).untilMs).toBe(90_000)
  expect(heldAnew({ untilMs: 10_000, why: 'x' }, 10_000).untilMs).toBe(10_000)
})

const gaps = fc.array(fc.integer({ min: 0, max: 10 * minuteMs }), { maxLength: 40 })

test('whatever the losses, a hold ends within 20 minutes and is never shorter than one loss deserves', () => {
  fc.assert(
    fc.property(gaps, fc.boolean(), (gapsMs, fresh) => {
      const flaps = lost(...gapsMs)
      const heldMs = holdAfter(flaps, { fresh, nowMs: flaps.atMs }).untilMs - flaps.atMs
      expect(heldMs).toBeGreaterThanOrEqual(fresh ? freshBootHoldMs : sameBootHoldMs)
      expect(heldMs).toBeLessThanOrEqual(20 * minuteMs + 1)
    }),
  )
})

test('one loss more never brings a node back sooner', () => {
  fc.assert(
    fc.property(gaps, fc.integer({ min: 0, max: 10 * minuteMs }), (gapsMs, gapMs) => {
      const before = lost(...gapsMs)
      const after = afterLoss(before, before.atMs + gapMs)
      const until = ({ suppressedUntilMs = 0 }: Flaps): number => suppressedUntilMs
      const stillOut = until(before) > after.atMs ? until(before) : 0
      expect(until(after)).toBeGreaterThanOrEqual(stillOut)
    }),
  )
})
