import { expect, test } from 'vitest'

import { commonErrors } from '../../kit/errors.ts'
import { virtualClock } from '../../kit/virtualClock.ts'
import { createRetries, maxMediaRetries } from './retries.ts'

const passing = commonErrors.raise.unavailable({ what: 'The track' })

test('a try is due when its timer says so, though that fires early by the clock', async () => {
  const clock = virtualClock()
  const early = { ...clock, after: (delayMs: number, run: () => void) => clock.after(delayMs - 0.5, run) }
  const due: boolean[] = []
  const retries = createRetries({ clock: early, random: () => 0.3, onDue: () => void due.push(retries.due('a')) })
  retries.failed('a', passing)
  expect(retries.due('a')).toBe(false)
  await clock.advance(1_000)
  expect(due).toEqual([true])
})

test('what failed again waits longer, what failed too often is never due, and what is forgotten is due at once', async () => {
  const clock = virtualClock()
  let looks = 0
  const retries = createRetries({ clock, random: () => 0, onDue: () => void looks++ })
  for (let time = 1; time <= maxMediaRetries; time++) {
    expect(retries.failed('a', passing)).toBe(false)
    await clock.advance(10_000)
    expect([looks, retries.due('a')]).toEqual([time, true])
  }
  expect(retries.failed('a', passing)).toBe(true)
  await clock.advance(60_000)
  expect([looks, retries.due('a'), retries.due('b')]).toEqual([maxMediaRetries, false, true])
  retries.forget('a')
  expect([retries.due('a'), clock.pending()]).toEqual([true, 0])
})
