import { expect, test } from 'vitest'

import { aFakeSegment, leastLoadedWorker } from './fakeSegment.ts'

const on = (...workers: number[]) =>
  workers.map((worker, index) => {
    const meeting = { namespace: 'default', name: `m-${index}`, incarnation: '01KB00000000000000000000Z0' }
    return aFakeSegment(meeting, { fallback: false, createdAtMs: 0, worker }).report
  })

test('a new segment goes to the worker with the least CPU, then with the fewest segments, then to the first', () => {
  expect(leastLoadedWorker([0, 0, 0], [])).toBe(0)
  expect(leastLoadedWorker([0, 0, 0], on(0, 0, 1, 2))).toBe(1)
  expect(leastLoadedWorker([0, 0.5, 0], on(0))).toBe(2)
  expect(leastLoadedWorker([0.4, 0.3], on(1, 1, 1))).toBe(1)
})
