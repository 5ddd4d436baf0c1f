import { expect, test } from 'vitest'

import { PoolFailures } from './poolFailures.ts'

const minuteMs = 60_000
const aMemory = () => new PoolFailures(() => 1)

test('the first Pod that a kubelet gives up is replaced at once, each further one later, up to five minutes', () => {
  const failures = aMemory()
  const waits = Array.from({ length: 8 }, () => {
    failures.failed('uid-eu', 0)
    return failures.notBeforeMs('uid-eu') / 1_000
  })
  expect(waits).toEqual([0, 10, 20, 40, 80, 160, 300, 300])
  expect(failures.notBeforeMs('uid-us')).toBe(0)
})

test('a pool whose Pods lived for a quarter of an hour fails for the first time again, and so does one that was made again', () => {
  const failures = aMemory()
  failures.failed('uid-eu', 0)
  failures.failed('uid-eu', minuteMs)
  expect(failures.notBeforeMs('uid-eu')).toBe(minuteMs + 10_000)
  failures.failed('uid-eu', 17 * minuteMs)
  expect(failures.notBeforeMs('uid-eu')).toBe(17 * minuteMs)
  failures.failed('uid-eu', 17 * minuteMs)
  failures.forget('uid-eu')
  expect(failures.notBeforeMs('uid-eu')).toBe(0)
})
