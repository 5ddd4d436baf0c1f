import { expect, test } from 'vitest'

import { silentLog } from '../../kit/log.ts'
import { virtualClock } from '../../kit/virtualClock.ts'
import type { PooledWorker } from '../media/workerPool.ts'
import { LoadMeter } from './meter.ts'

/** A worker whose CPU rises by a hundredth each time that it is asked. */
class Worker implements PooledWorker {
  readonly pid = 1
  readonly full = false
  readonly closed = false
  readonly counts = { routers: 1, transports: 2, pipes: 0, producers: 3, consumers: 4 }
  readonly bits = { egress: 100, ingress: 10 }
  readonly index: number
  cpu = 0
  parts: number[] = []
  /** Whether it leaves questions unanswered. */
  hangs = false
  onDied = () => undefined
  createRouter = () => Promise.reject(new Error('not asked'))
  createProbe = this.createRouter
  dump = this.createRouter
  close = () => undefined

  constructor(index: number) {
    this.index = index
  }

  async measureCpu(): Promise<void> {
    if (this.hangs) await new Promise(() => undefined)
    this.cpu += 0.01
  }

  async sampleBits(part: number): Promise<void> {
    this.parts.push(part)
  }
}

function aMeter(...workers: Worker[]) {
  const clock = virtualClock()
  const meter = new LoadMeter({
    ...{ clock, log: silentLog, places: 2, workers: () => workers, participants: () => 7, onLoad: () => undefined },
  })
  const cpus = (): readonly number[] => meter.load().workers.map(({ cpu }) => Math.round(cpu * 100) / 100)
  return { clock, meter, cpus }
}

test('a node is as loaded as its workers; a place without a worker is busy', async () => {
  const { clock, meter, cpus } = aMeter(new Worker(0))
  await clock.advance(5_000)
  expect(cpus()).toEqual([0.05, 1])
  expect(meter.load()).toMatchObject({ egressBitsPerSecond: 100, ingressBitsPerSecond: 10, participants: 7 })
})

test('each transport is asked for its bits once in three seconds', async () => {
  const worker = new Worker(0)
  const { clock } = aMeter(worker)
  await clock.advance(6_000)
  expect(worker.parts).toEqual([0, 1, 2, 0, 1, 2])
})

test('a worker that hangs is not asked again until it answers, and the others are measured as ever', async () => {
  const [good, bad] = [new Worker(0), new Worker(1)]
  const { clock, cpus } = aMeter(good, bad)
  await clock.advance(10_000)
  bad.hangs = true
  await clock.advance(60_000)
  expect(cpus()).toEqual([0.7, 0.1])
  expect(bad.parts.length).toBe(11)
})
