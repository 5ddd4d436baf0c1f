import { expect, test } from 'vitest'

import { virtualClock } from './virtualClock.ts'

test('timers fire in order of their time, and time stands where it was moved to', async () => {
  const clock = virtualClock(1_000)
  const fired: string[] = []
  clock.after(20, () => fired.push('b'))
  clock.after(10, () => fired.push('a'))
  clock.after(20, () => fired.push('c'))
  await clock.advance(20)
  expect(fired).toEqual(['a', 'b', 'c'])
  expect(clock.nowMs()).toBe(1_020)
  expect(clock.pending()).toBe(0)
})

test('a timer made by a timer fires within the same move', async () => {
  const clock = virtualClock()
  const fired: number[] = []
  clock.after(5, () => clock.after(5, () => fired.push(clock.monotonicMs())))
  await clock.advance(10)
  expect(fired).toEqual([10])
})

test('a repeating timer goes on until it is cancelled', async () => {
  const clock = virtualClock()
  let count = 0
  const timer = clock.every(10, () => count++)
  await clock.advance(35)
  timer.cancel()
  await clock.advance(100)
  expect(count).toBe(3)
})

test('a sleep ends with the reason of its signal and leaves no timer behind', async () => {
  const clock = virtualClock()
  const controller = new AbortController()
  const slept = clock.sleep(1_000, controller.signal)
  controller.abort(new Error('enough'))
  await expect(slept).rejects.toThrow('enough')
  expect(clock.pending()).toBe(0)
})

test('where two move it at once, time does not go back', async () => {
  const clock = virtualClock()
  const seen: number[] = []
  clock.after(100, () => void clock.advance(0).then(() => seen.push(clock.monotonicMs())))
  clock.after(101, () => undefined)
  await clock.advance(1_000)
  await clock.advance(0)
  seen.push(clock.monotonicMs())
  expect(seen).toEqual([1_000, 1_000])
})
