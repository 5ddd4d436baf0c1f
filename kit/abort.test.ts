import { expect, test } from 'vitest'

import { aborted, withTimeout } from './abort.ts'

test.each([0.25, 1e-9, 0, -3])('a budget of %s ms is one that ends, not a fault', async (timeoutMs) => {
  const signal = withTimeout(timeoutMs)
  await aborted(signal)
  expect(signal.reason).toMatchObject({ name: 'TimeoutError' })
})

test('the first signal that aborts gives the reason', () => {
  const controller = new AbortController()
  const signal = withTimeout(60_000, undefined, controller.signal)
  expect(signal.aborted).toBe(false)
  controller.abort(new Error('enough'))
  expect(signal.reason).toMatchObject({ message: 'enough' })
})
