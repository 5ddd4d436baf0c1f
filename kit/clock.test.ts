import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { longestTimeoutMs, systemClock } from './clock.ts'
import { virtualClock } from './virtualClock.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a delay longer than setTimeout can keep is kept, not turned into 1 ms', () => {
  let fired = 0
  systemClock.after(longestTimeoutMs * 2 + 10, () => fired++)
  vi.advanceTimersByTime(longestTimeoutMs * 2)
  expect(fired).toBe(0)
  vi.advanceTimersByTime(10)
  expect(fired).toBe(1)
})

test('a long delay is cancelled in any of its steps', () => {
  let fired = 0
  const timer = systemClock.after(longestTimeoutMs * 2, () => fired++)
  vi.advanceTimersByTime(longestTimeoutMs + 1)
  timer.cancel()
  vi.advanceTimersByTime(longestTimeoutMs * 2)
  expect(fired).toBe(0)
})

test.each([Number.POSITIVE_INFINITY, Number.NaN])('a delay of %s is refused by every clock', (delayMs) => {
  for (const clock of [systemClock, virtualClock()]) {
    expect(() => clock.after(delayMs, () => undefined)).toThrow(RangeError)
    expect(() => clock.every(delayMs, () => undefined)).toThrow(RangeError)
  }
})
