import { expect, test } from 'vitest'

import { silentLog } from '../../../kit/log.ts'
import { createMetrics } from '../../../kit/metrics.ts'
import { virtualClock } from '../../../kit/virtualClock.ts'
import { kubeMetrics } from '../metrics.ts'
import { createWriteBucket } from './writeBucket.ts'
import { writeThrough } from './writeThrough.ts'

function aBucket() {
  const clock = virtualClock()
  const lost = new AbortController()
  const bucket = createWriteBucket({ clock, log: silentLog, metrics: createMetrics(kubeMetrics), signal: lost.signal })
  return { clock, bucket, lost }
}

test('the answer of a write that had its turn', async () => {
  const { bucket, clock } = aBucket()
  const written = writeThrough(bucket, { key: 'a', signal: new AbortController().signal }, async () => 7)
  await clock.advance(0)
  expect(await written).toBe(7)
})

test('what the server refused', async () => {
  const { bucket, clock } = aBucket()
  const written = writeThrough(bucket, { key: 'a', signal: new AbortController().signal }, () => Promise.reject(new Error('no')))
  const refused = written.catch((thrown: unknown) => thrown)
  await clock.advance(0)
  expect(await refused).toEqual(new Error('no'))
})

test('writes wait for their turn behind all others of the operator', async () => {
  const { bucket, clock } = aBucket()
  const { signal } = new AbortController()
  let done = 0
  for (let index = 0; index < 150; index++) {
    void writeThrough(bucket, { key: `w${index}`, signal }, async () => void (done += 1))
  }
  await clock.advance(0)
  expect(done).toBeLessThanOrEqual(100)
  await clock.advance(3_000)
  expect(done).toBe(150)
})

test('who gives up waits no longer, and nothing is written any more', async () => {
  const { bucket, clock } = aBucket()
  const { signal } = new AbortController()
  for (let index = 0; index < 100; index++) void writeThrough(bucket, { key: `w${index}`, signal }, async () => undefined)
  const giving = new AbortController()
  let written = false
  const late = writeThrough(bucket, { key: 'late', signal: giving.signal }, async () => void (written = true))
  const givenUp = late.catch((thrown: unknown) => thrown)
  giving.abort(new Error('too late'))
  expect(await givenUp).toEqual(new Error('too late'))
  await clock.advance(5_000)
  expect(written).toBe(false)
})
