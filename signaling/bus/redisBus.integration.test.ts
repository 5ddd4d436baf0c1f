import { Writable } from 'node:stream'

import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { systemClock } from '../../kit/clock.ts'
import { createLog } from '../../kit/log.ts'
import { missing, waitFor } from '../../kit/wait.ts'
import { busContract, expectHeard, follow } from '../testing/busContract.ts'
import { isOpen, redisWays, startRedis, type RedisServer } from '../testing/redisServer.ts'
import type { Bus } from './bus.ts'
import { createRedisBus } from './redisBus.ts'
import { createRedisStream } from './redisStream.ts'

const lines: string[] = []
const log = createLog({
  service: 'test',
  level: 'info',
  destination: new Writable({ write: (line: Buffer, _, done) => (lines.push(line.toString()), done()) }),
})

async function openBus(url: string, lingerMs = 5_000): Promise<Bus> {
  const bus = createRedisBus({ url, clock: systemClock, random: Math.random, log, lingerMs })
  await upNow(bus)
  return bus
}
const upNow = (bus: Bus): Promise<unknown> =>
  waitFor(() => bus.up || missing('a bus that is up'), { timeoutMs: 30_000, pollMs: 10 })

for (const { name, start } of redisWays.filter(isOpen)) {
  busContract(`Redis in a ${name}`, async () => {
    const redis = await start()
    return { open: () => openBus(redis.url), stop: () => redis.stop() }
  })
}

let redis: RedisServer
let direct: Redis
const buses: Bus[] = []
beforeAll(async () => {
  redis = await startRedis()
  direct = new Redis(redis.url)
  direct.on('error', () => undefined)
})
afterEach(async () => {
  for (const bus of buses.splice(0)) await bus.close()
})
afterAll(async () => {
  direct.disconnect()
  await redis.stop()
})
const aBus = async (lingerMs?: number): Promise<Bus> => {
  const bus = await openBus(redis.url, lingerMs)
  buses.push(bus)
  return bus
}
const numbered = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, each) => `m${from + each}`)

test('Redis is killed: appending fails at once, and afterwards the last 500 are there again, in order, for everybody', async () => {
  const [one, other] = [await aBus(), await aBus()]
  const stream = '{default/standup/killed}'
  const [here, there] = [await follow(one, stream), await follow(other, stream)]
  for (const data of numbered(1, 520)) await here.append(data)
  for (const follower of [here, there]) await expectHeard(follower, numbered(1, 520))
  const before = there.heard.slice(-500)
  lines.length = 0

  await redis.kill()
  await expect(here.append('lost')).rejects.toMatchObject({ code: 'unavailable', retry: 'later' })
  await waitFor(() => (!one.up && !other.up) || missing('buses that know'), { timeoutMs: 30_000 })
  await redis.start()
  await upNow(one)
  await upNow(other)

  expect(await direct.xlen(`parley:room:${stream}`)).toBe(500)
  await there.append('m521')
  await expectHeard(here, numbered(1, 521))
  await expectHeard(there, numbered(1, 521))
  const late = await follow(await aBus(), stream)
  expect(late.heard.slice(0, 499)).toEqual(before.slice(1))
  expect(late.heard.at(-1)).toMatchObject({ data: 'm521' })
  const said = lines.map((line) => (JSON.parse(line) as { msg: string }).msg)
  expect(said.filter((msg) => msg === 'Redis is away: chat waits, everything else goes on')).toHaveLength(2)
  expect(said).toHaveLength(4)
})

test('what only the second replica had comes back too, and nobody hears anything twice', async () => {
  const key = 'parley:room:{default/standup/apart}'
  const heard: string[] = []
  const kept = { redis: direct, key, lingerMs: 5_000, keep: 500, replay: true }
  const stream = createRedisStream({ ...kept, onEntry: ({ data }) => void heard.push(data) })
  await stream.sync()
  await stream.append('first')
  await stream.sync()
  // Redis is lost, and another replica, which had not heard `first`, comes back sooner and goes on.
  await direct.del(key)
  await direct.xadd(key, `${Date.now() + 10}-0`, 'd', 'second')
  await stream.sync()
  await stream.sync()
  expect(heard).toEqual(['first', 'second'])
  const late: string[] = []
  await createRedisStream({ ...kept, onEntry: ({ data }) => void late.push(data) }).sync()
  expect(late).toEqual(['second', 'first'])
})

test('a Redis that hangs costs two seconds, and it goes on when Redis does', async () => {
  const bus = await aBus()
  const here = await follow(bus, '{default/standup/hangs}')
  await direct.client('PAUSE', 3_000)
  await expect(here.append('a')).rejects.toMatchObject({ code: 'unavailable' })
  await waitFor(async () => (await here.append('b').catch(() => undefined)) ?? missing('an answer'), { timeoutMs: 30_000 })
  await waitFor(() => here.heard.some(({ data }) => data === 'b') || missing('the entry'), { timeoutMs: 30_000 })
})

test('a bus that starts without Redis follows as soon as there is one', async () => {
  await redis.kill()
  const bus = createRedisBus({ url: redis.url, clock: systemClock, random: Math.random, log, lingerMs: 5_000 })
  buses.push(bus)
  const here = await follow(bus, '{default/standup/early}')
  await expect(here.append('a')).rejects.toMatchObject({ code: 'unavailable' })
  await redis.start()
  await upNow(bus)
  const id = await here.append('b')
  await expectHeard(here, ['b'])
  expect(here.heard).toEqual([{ id, data: 'b' }])
})

test('a stream lives as long as somebody follows it, and soon nothing is left', async () => {
  const lingerMs = 1_500
  const bus = await aBus(lingerMs)
  const here = await follow(bus, '{default/standup/lingers}')
  await here.append('a')
  await systemClock.sleep(1.5 * lingerMs)
  expect(await direct.keys('parley:*lingers*')).toHaveLength(1)
  here.stop()
  await waitFor(async () => (await direct.keys('parley:*lingers*')).length === 0 || missing('an end'), { timeoutMs: 30_000 })
})

test('a hint is found by whoever starts later, the newest one, until its time is over', async () => {
  const bus = await aBus()
  expect(await bus.recall('map')).toBeUndefined()
  await bus.remember('map', 'old', 60_000)
  await bus.remember('map', 'new', 60_000)
  await bus.remember('brief', 'gone soon', 50)
  expect(await (await aBus()).recall('map')).toBe('new')
  await waitFor(async () => (await bus.recall('brief')) === undefined || missing('the end of a hint'), { timeoutMs: 30_000 })
})

test('a hint is asked for before the connection stands, and a Redis that is away has none', async () => {
  await direct.set('parley:hint:early', 'there')
  const early = createRedisBus({ url: redis.url, clock: systemClock, random: Math.random, log, lingerMs: 5_000 })
  buses.push(early)
  expect(await early.recall('early')).toBe('there')
  const nowhere = createRedisBus({ url: 'redis://127.0.0.1:9', clock: systemClock, random: Math.random, log, lingerMs: 5_000 })
  buses.push(nowhere)
  expect(await nowhere.recall('early')).toBeUndefined()
  await nowhere.remember('early', 'lost', 1_000)
})
