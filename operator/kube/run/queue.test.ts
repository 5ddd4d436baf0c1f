import { expect, test } from 'vitest'

import { silentLog } from '../../../kit/log.ts'
import { createMetrics } from '../../../kit/metrics.ts'
import { virtualClock } from '../../../kit/virtualClock.ts'
import { ApiError } from '../client/apiError.ts'
import { kubeMetrics } from '../metrics.ts'
import { done, retry, terminal, wakeAfter, type Outcome } from '../client/outcome.ts'
import { createQueue } from './queue.ts'

/** A queue whose work takes `workMs` and ends as `outcomes` say, one each, then `done`. */
function aQueue(setup: { workMs?: number; concurrency?: number; outcomes?: (Outcome | Error)[]; handleTimeoutMs?: number } = {}) {
  const { workMs = 10, concurrency = 1, outcomes = [] } = setup
  const clock = virtualClock()
  const metrics = createMetrics(kubeMetrics)
  const losing = new AbortController()
  const log: { key: string; atMs: number; end: 'done' | 'aborted' }[] = []
  const running = new Map<string, number>()
  let most = 0
  const queue = createQueue({
    name: 'meeting',
    async handle(key, signal) {
      running.set(key, (running.get(key) ?? 0) + 1)
      expect(running.get(key), `${key} is worked on twice at a time`).toBe(1)
      most = Math.max(
        most,
        [...running.values()].reduce((sum, count) => sum + count, 0),
      )
      const atMs = clock.monotonicMs()
      try {
        await clock.sleep(workMs, signal)
        log.push({ key, atMs, end: 'done' })
      } catch (error) {
        log.push({ key, atMs, end: 'aborted' })
        throw error
      } finally {
        running.set(key, 0)
      }
      const outcome = outcomes.shift() ?? done
      if (outcome instanceof Error) throw outcome
      return outcome
    },
    concurrency,
    signal: losing.signal,
    clock,
    random: () => 1,
    log: silentLog,
    metrics,
    ...(setup.handleTimeoutMs === undefined ? {} : { handleTimeoutMs: setup.handleTimeoutMs }),
  })
  const counted = async (): Promise<Record<string, number>> =>
    Object.fromEntries((await metrics.reconciles.get()).values.map(({ labels, value }) => [String(labels['result']), value]))
  return {
    queue,
    clock,
    log,
    losing,
    metrics,
    counted,
    most: () => most,
    isWorkedOn: (key: string) => running.get(key) === 1,
    keys: () => log.map(({ key }) => key),
  }
}

test('a key that waits is worked on once, however often it was asked for', async () => {
  const { queue, clock, keys } = aQueue()
  for (const key of ['a', 'b', 'b', 'c', 'b']) queue.add(key)
  expect(queue.depth()).toBe(2)
  await clock.advance(100)
  expect(keys()).toEqual(['a', 'b', 'c'])
})

test('a key that changes during its work is worked on once more, never twice at a time', async () => {
  const { queue, clock, keys } = aQueue({ concurrency: 5 })
  queue.add('a')
  await clock.advance(5)
  queue.add('a')
  queue.add('a')
  await clock.advance(100)
  expect(keys()).toEqual(['a', 'a'])
})

test('no more keys at once than it may', async () => {
  const { queue, clock, keys, most } = aQueue({ concurrency: 3 })
  for (let index = 0; index < 10; index++) queue.add(`key-${index}`)
  await clock.advance(100)
  expect(keys()).toHaveLength(10)
  expect(most()).toBe(3)
})

test('wakeAfter brings it back in time, and a change in between makes it void', async () => {
  const { queue, clock, log } = aQueue({ outcomes: [wakeAfter(1_000), done, wakeAfter(1_000)] })
  queue.add('a')
  await clock.advance(5_000)
  expect(log.map(({ atMs }) => atMs)).toEqual([0, 1_010])
  queue.add('a')
  await clock.advance(500)
  queue.add('a')
  await clock.advance(5_000)
  expect(log.map(({ atMs }) => atMs)).toEqual([0, 1_010, 5_000, 5_500])
  expect(clock.pending()).toBe(0)
})

test('failures come back after a growing wait that a success resets', async () => {
  const fault = new Error('passing')
  const { queue, clock, log } = aQueue({ workMs: 0, outcomes: [retry(fault), fault, retry(fault), done, fault] })
  queue.add('a')
  await clock.advance(10_000)
  queue.add('a')
  await clock.advance(10_000)
  expect(log.map(({ atMs }) => atMs)).toEqual([0, 50, 150, 350, 10_000, 10_050])
})

test('a key that changes during work that fails is tried again soon, and never without a pause', async () => {
  const failures = Array.from({ length: 12 }, () => retry(new Error('refused')))
  const { queue, clock, log, isWorkedOn } = aQueue({ outcomes: failures })
  queue.add('a')
  for (let waitedMs = 0; waitedMs < 20_000 && log.length < 13; waitedMs += 5) {
    if (isWorkedOn('a')) queue.add('a')
    await clock.advance(5)
  }
  // From the end of one try, of 10 ms, to the next.
  const waitsMs = log.slice(1).map(({ atMs }, index) => atMs - (log[index]?.atMs ?? 0) - 10)
  expect(waitsMs).toEqual([50, 100, 200, 250, 250, 250, 250, 250, 250, 250, 250, 250])
})

test('the wait that the server asked for is kept', async () => {
  const { queue, clock, log } = aQueue({
    workMs: 0,
    outcomes: [new ApiError('tooManyRequests', 'slow down', { retryAfterMs: 7_000 })],
  })
  queue.add('a')
  await clock.advance(10_000)
  expect(log.map(({ atMs }) => atMs)).toEqual([0, 7_000])
})

test('what cannot succeed waits for the next change', async () => {
  const { queue, clock, keys } = aQueue({ outcomes: [terminal(new Error('bad spec')), new ApiError('invalid', 'refused')] })
  queue.add('a')
  await clock.advance(1_000_000)
  expect(keys()).toEqual(['a'])
  queue.add('a')
  await clock.advance(1_000_000)
  expect(keys()).toEqual(['a', 'a'])
})

test('each outcome is counted, from zero', async () => {
  const { queue, clock, counted } = aQueue({ outcomes: [done, wakeAfter(1), new Error('passing'), terminal(new Error('bad'))] })
  expect(await counted()).toEqual({ success: 0, requeue_after: 0, error: 0, terminal: 0 })
  queue.add('a')
  await clock.advance(0)
  queue.add('a')
  await clock.advance(1_000)
  expect(await counted()).toEqual({ success: 1, requeue_after: 1, error: 1, terminal: 1 })
})

test('work that hangs is aborted and tried again', async () => {
  const { queue, clock, log } = aQueue({ workMs: 50_000, handleTimeoutMs: 1_000 })
  queue.add('a')
  await clock.advance(2_000)
  expect(log.map(({ end }) => end)).toEqual(['aborted'])
  await clock.advance(60_000)
  expect(log.length).toBeGreaterThan(5)
})

test('draining waits for the work that runs and forgets the rest', async () => {
  const { queue, clock, log } = aQueue({ outcomes: [wakeAfter(10)] })
  queue.add('a')
  queue.add('b')
  queue.addAfter('c', 5)
  await clock.advance(5)
  let drained = false
  const draining = queue.drain(new AbortController().signal).then(() => (drained = true))
  queue.add('d')
  await clock.advance(0)
  expect(drained).toBe(false)
  await clock.advance(100)
  await draining
  expect(log).toEqual([{ key: 'a', atMs: 0, end: 'done' }])
  expect(clock.pending()).toBe(0)
})

test('a drain that takes too long aborts the work', async () => {
  const { queue, clock, log } = aQueue({ workMs: 50_000 })
  queue.add('a')
  await clock.advance(5)
  const deadline = new AbortController()
  const draining = queue.drain(deadline.signal)
  deadline.abort(new Error('out of time'))
  await draining
  expect(log).toEqual([{ key: 'a', atMs: 0, end: 'aborted' }])
})

test('a lost lease aborts the work at once', async () => {
  const { queue, clock, log, losing } = aQueue({ workMs: 50_000 })
  queue.add('a')
  queue.add('b')
  await clock.advance(5)
  losing.abort(new Error('the lease is lost'))
  await clock.advance(0)
  await queue.drain(AbortSignal.abort())
  expect(log).toEqual([{ key: 'a', atMs: 0, end: 'aborted' }])
})
