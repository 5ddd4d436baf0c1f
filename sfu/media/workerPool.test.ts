import { expect, test } from 'vitest'

import { silentLog } from '../../kit/log.ts'
import { virtualClock } from '../../kit/virtualClock.ts'
import type { MediaRouter } from './types.ts'
import { WorkerPool, type PooledWorker } from './workerPool.ts'

interface FakeWorker extends PooledWorker {
  full: boolean
  closed: boolean
  cpu: number
  counts: { routers: number; transports: number; pipes: number; producers: number; consumers: number }
}

function aPool(count: number, refuse: (attempt: number) => boolean = () => false) {
  const clock = virtualClock()
  const started: FakeWorker[] = []
  let attempts = 0
  const start = async (index: number): Promise<FakeWorker> => {
    if (refuse(++attempts)) throw new Error('port in use')
    const counts = { routers: 0, transports: 0, pipes: 0, producers: 0, consumers: 0 }
    const worker: FakeWorker = {
      index,
      pid: attempts,
      cpu: 0,
      bits: { egress: 0, ingress: 0 },
      full: false,
      closed: false,
      counts,
      onDied: () => undefined,
      createRouter: async () => {
        counts.routers++
        return { worker: index } as MediaRouter
      },
      createProbe: () => Promise.reject(new Error('not asked')),
      measureCpu: async () => undefined,
      sampleBits: async () => undefined,
      dump: () => Promise.reject(new Error('not asked')),
      close: () => undefined,
    }
    started.push(worker)
    return worker
  }
  const pool = WorkerPool.start({ count, start, clock, random: () => 0, log: silentLog })
  return { clock, started, pool }
}

const routerOn = async (pool: WorkerPool) => (await pool.createRouter()).worker

test('routers go to the least loaded worker: CPU before consumers before routers before order', async () => {
  const { started, pool: starting } = aPool(3)
  const pool = await starting
  expect([await routerOn(pool), await routerOn(pool), await routerOn(pool)]).toEqual([0, 1, 2])
  const [first, second] = started
  if (!first || !second) throw new Error('no workers')
  first.cpu = 0.5
  second.counts.consumers = 10
  expect(await routerOn(pool)).toBe(2)
})

test('full is an answer: a full worker takes no router, and when all are full the node says so', async () => {
  const { started, pool: starting } = aPool(2)
  const pool = await starting
  for (const worker of started) worker.full = true
  await expect(pool.createRouter()).rejects.toMatchObject({ code: 'node_full', retry: 'elsewhere' })
  const [, second] = started
  if (second) second.full = false
  expect(await routerOn(pool)).toBe(1)
})

test('a worker that died leaves its place to another, however often its start fails', async () => {
  const { clock, started, pool: starting } = aPool(2, (attempt) => attempt === 3 || attempt === 4)
  const pool = await starting
  started[1]?.onDied(new Error('SIGSEGV'))
  expect(pool.workers.map(({ index }) => index)).toEqual([0])
  expect(pool.whole).toBe(false)
  await clock.advance(10_000)
  expect(pool.workers.map(({ index, pid }) => [index, pid])).toEqual([
    [0, 1],
    [1, 5],
  ])
  expect(pool.deaths).toBe(1)
})

test('a worker that ended before anybody listened gets no routers: another one takes its place', async () => {
  const { clock, started, pool: starting } = aPool(2)
  const [first] = started // While the second is still being started.
  if (first) first.closed = true
  const pool = await starting
  expect([pool.whole, pool.deaths, await routerOn(pool)]).toEqual([false, 1, 1])
  await clock.advance(10_000)
  expect(pool.workers.map(({ index, pid }) => [index, pid])).toEqual([
    [0, 3],
    [1, 2],
  ])
})

test('a worker that dies again and again is started ever more rarely', async () => {
  const { clock, started, pool: starting } = aPool(1)
  await starting
  for (let second = 0, dead = 0; second < 300; second++) {
    if (started.length > dead) started.at(-1)?.onDied(new Error('SIGSEGV'))
    dead = started.length
    await clock.advance(1_000)
  }
  expect(started.length).toBeLessThan(30)
  expect(started.length).toBeGreaterThan(10)
  await clock.advance(90_000)
  const before = started.length
  started.at(-1)?.onDied(new Error('SIGSEGV'))
  await clock.advance(1_000)
  expect(started).toHaveLength(before + 1)
})

test('where one worker does not start, none is left running and the reason is told', async () => {
  await expect(aPool(2, (attempt) => attempt === 2).pool).rejects.toThrow('port in use')
})

test('a closed pool starts nothing again', async () => {
  const { clock, started, pool: starting } = aPool(1)
  const pool = await starting
  pool.close()
  started[0]?.onDied(new Error('killed with its parent'))
  await clock.advance(60_000)
  expect(started).toHaveLength(1)
  await expect(pool.createRouter()).rejects.toMatchObject({ code: 'unavailable' })
})
