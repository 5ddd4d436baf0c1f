import { expect, test } from 'vitest'

import { silentLog } from '../../../kit/log.ts'
import { createMetrics } from '../../../kit/metrics.ts'
import { virtualClock } from '../../../kit/virtualClock.ts'
import { kubeMetrics } from '../metrics.ts'
import { createWriteBucket, type Lane, type WriteEnd } from './writeBucket.ts'

function aBucket() {
  const clock = virtualClock()
  const losing = new AbortController()
  const metrics = createMetrics(kubeMetrics)
  const bucket = createWriteBucket({ clock, log: silentLog, metrics, signal: losing.signal })
  const written: { key: string; word: string; atMs: number }[] = []
  const put = (key: string, lane: Lane = 'phase', more: { word?: string; notBeforeMs?: number; end?: WriteEnd } = {}): void => {
    const { word = '', notBeforeMs = 0, end = 'written' } = more
    bucket.put({
      key,
      lane,
      notBeforeMs,
      prepare: () => (signal) => {
        written.push({ key, word, atMs: clock.monotonicMs() })
        return clock.sleep(10, signal).then(
          () => end,
          () => 'dropped',
        )
      },
    })
  }
  /** Spends the burst, so that what comes next has to queue. */
  const spend = async (): Promise<void> => {
    for (let index = 0; index < 100; index++) put(`burst-${index}`)
    await clock.advance(200)
    written.length = 0
  }
  return { clock, losing, metrics, bucket, written, put, spend, keys: () => written.map(({ key }) => key) }
}

test('a hundred at once, then twenty a second, whatever is asked', async () => {
  const { clock, written, put } = aBucket()
  for (let index = 0; index < 1_000; index++) put(`key-${index}`)
  await clock.advance(1_000)
  expect(written.length).toBeGreaterThanOrEqual(119)
  expect(written.length).toBeLessThanOrEqual(121)
  await clock.advance(10_000)
  expect(written.length).toBeLessThanOrEqual(321)
  expect(written.length).toBeGreaterThanOrEqual(318)
})

test('phases go before counts and counts before events, the oldest first', async () => {
  const { clock, put, spend, keys } = aBucket()
  await spend()
  put('event-1', 'event')
  put('count-1', 'count')
  put('count-2', 'count')
  put('phase-1')
  put('phase-2')
  await clock.advance(1_000)
  expect(keys()).toEqual(['phase-1', 'phase-2', 'count-1', 'count-2', 'event-1'])
})

test('the newest word of a key counts and keeps its place in the line', async () => {
  const { clock, written, put, spend } = aBucket()
  await spend()
  put('a', 'phase', { word: 'old' })
  put('b', 'phase', { word: 'other' })
  put('a', 'phase', { word: 'new' })
  await clock.advance(1_000)
  expect(written.map(({ key, word }) => `${key} ${word}`)).toEqual(['a new', 'b other'])
})

test('a key that becomes urgent waits no longer among the counts', async () => {
  const { clock, put, spend, keys } = aBucket()
  await spend()
  put('a', 'count', { notBeforeMs: clock.monotonicMs() + 60_000 })
  put('b', 'count')
  put('a', 'phase')
  await clock.advance(90_000)
  expect(keys()).toEqual(['a', 'b'])
})

test('a write may wait for its time', async () => {
  const { clock, written, put } = aBucket()
  put('a', 'count', { notBeforeMs: 5_000 })
  await clock.advance(4_999)
  expect(written).toEqual([])
  await clock.advance(2)
  expect(written.map(({ atMs }) => atMs)).toEqual([5_000])
})

test('writes of one key never overlap; a later word follows the one under way', async () => {
  const { clock, written, put } = aBucket()
  put('a', 'phase', { word: 'first' })
  await clock.advance(5)
  put('a', 'phase', { word: 'second' })
  await clock.advance(100)
  expect(written).toEqual([
    { key: 'a', word: 'first', atMs: 0 },
    { key: 'a', word: 'second', atMs: 10 },
  ])
})

test('a write that is to be tried again is, unless a newer word has come', async () => {
  const { clock, written, put } = aBucket()
  put('a', 'phase', { word: 'old', end: { againInMs: 1_000 } })
  put('b', 'phase', { word: 'old', end: { againInMs: 1_000 } })
  await clock.advance(500)
  put('b', 'phase', { word: 'new' })
  await clock.advance(600)
  expect(written.map(({ key, word, atMs }) => `${key} ${word} ${atMs}`)).toEqual([
    'a old 0',
    'b old 0',
    'b new 500',
    'a old 1010',
  ])
})

test('a write that throws blocks nobody', async () => {
  const { clock, bucket, put, keys } = aBucket()
  bucket.put({ key: 'a', lane: 'phase', prepare: () => () => Promise.reject(new Error('a bug')) })
  await clock.advance(10)
  put('a')
  await clock.advance(10)
  expect(keys()).toEqual(['a'])
})

test('what turns out to be nothing costs no token', async () => {
  const { clock, bucket, put, spend, keys } = aBucket()
  await spend()
  for (let index = 0; index < 1_000; index++) bucket.put({ key: `none-${index}`, lane: 'phase', prepare: () => undefined })
  put('a', 'count')
  await clock.advance(100)
  expect(keys()).toEqual(['a'])
})

test('events beyond the bound are dropped and counted', async () => {
  const { clock, metrics, put, spend } = aBucket()
  await spend()
  for (let index = 0; index < 700; index++) put(`event-${index}`, 'event')
  await clock.advance(0)
  const dropped = (await metrics.writesDropped.get()).values.find(({ labels }) => labels.lane === 'event')?.value
  expect(dropped).toBeGreaterThanOrEqual(190)
  expect(dropped).toBeLessThanOrEqual(200)
})

test('draining writes what waits in the line and nothing that waits for a time', async () => {
  const { clock, bucket, put, spend, keys } = aBucket()
  await spend()
  put('now')
  put('later', 'count', { notBeforeMs: clock.monotonicMs() + 60_000 })
  const draining = bucket.drain(new AbortController().signal)
  put('too late')
  await clock.advance(1_000)
  await draining
  expect(keys()).toEqual(['now'])
  expect(clock.pending()).toBe(0)
})

test('a drain that runs out of time ends', async () => {
  const { clock, bucket, put, spend, keys } = aBucket()
  await spend()
  for (let index = 0; index < 100; index++) put(`key-${index}`)
  const deadline = new AbortController()
  const draining = bucket.drain(deadline.signal)
  await clock.advance(500)
  deadline.abort(new Error('out of time'))
  await draining
  expect(keys().length).toBeLessThan(20)
  expect(clock.pending()).toBe(0)
})

test('after the lease is lost nothing more is written', async () => {
  const { clock, losing, put, spend, keys } = aBucket()
  await spend()
  for (let index = 0; index < 100; index++) put(`key-${index}`)
  losing.abort(new Error('the lease is lost'))
  put('after')
  await clock.advance(10_000)
  expect(keys()).toEqual([])
  expect(clock.pending()).toBe(0)
})
