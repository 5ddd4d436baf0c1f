import { expect, test } from 'vitest'

import { aborted, withinTime } from './abort.ts'

test('a call within its time leaves nothing behind', async () => {
  const controller = new AbortController()
  let given: AbortSignal | undefined
  const called = withinTime({ timeoutMs: 60_000, signal: controller.signal }, async (within) => {
    given = within
    return 'an answer'
  })
  expect(await called).toBe('an answer')
  controller.abort(new Error('too late to matter'))
  expect(given?.aborted).toBe(false)
})

test.each([5, 0.25, 1e-9, 0, -3])('a call that takes longer than %s ms is aborted by a TimeoutError', async (timeoutMs) => {
  const call = withinTime({ timeoutMs }, async (within) => {
    await aborted(within)
    throw within.reason
  })
  await expect(call).rejects.toMatchObject({ name: 'TimeoutError' })
})

test("a call ends with the caller's signal, for its reason, and one that is over before it begins is not made", async () => {
  const controller = new AbortController()
  const reason = new Error('enough')
  const call = withinTime({ timeoutMs: 60_000, signal: controller.signal }, async (within) => {
    controller.abort(reason)
    await aborted(within)
    throw within.reason
  })
  await expect(call).rejects.toBe(reason)
  let calls = 0
  const late = withinTime({ timeoutMs: 60_000, signal: controller.signal }, async () => void (calls += 1))
  await expect(late).rejects.toBe(reason)
  expect(calls).toBe(0)
})
