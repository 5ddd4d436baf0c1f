import { expect, test } from 'vitest'

import { silentLog } from '../../../kit/log.ts'
import { createMetrics } from '../../../kit/metrics.ts'
import { virtualClock } from '../../../kit/virtualClock.ts'
import { fakeCluster } from '../fakeApi.ts'
import { kubeMetrics } from '../metrics.ts'
import type { KindRef, KubeObject } from '../objects.ts'
import { createOutage } from '../client/outage.ts'
import { createReflector } from '../watch/reflector.ts'
import { createStatusWriter } from './statusWriter.ts'
import { createStore } from '../watch/store.ts'
import { createWriteBucket } from './writeBucket.ts'

interface Room extends KubeObject {
  readonly status?: { readonly phase?: string; readonly people?: string; readonly load?: string; readonly why?: string }
}
const rooms: KindRef<Room> = { apiVersion: 'parley.media/v1alpha1', kind: 'Room', plural: 'rooms', namespaced: true }

async function aWorld() {
  const clock = virtualClock()
  const cluster = fakeCluster(clock)
  const store = createStore<Room>()
  const metrics = createMetrics(kubeMetrics)
  const leading = new AbortController()
  const common = { clock, random: () => 0.5, log: silentLog, metrics }
  const room = cluster.put(rooms, { metadata: { name: 'standup', namespace: 'team' } })
  void createReflector({ api: cluster.port(), kind: rooms, store, outage: createOutage(common), ...common }).run(leading.signal)
  await clock.advance(0)
  const writer = createStatusWriter({
    api: cluster.port({ latencyMs: () => 5 }),
    bucket: createWriteBucket({ clock, log: silentLog, metrics, signal: leading.signal }),
    stores: { Room: store },
    counts: { Room: ['people', 'load'] },
    ...common,
  })
  return {
    clock,
    cluster,
    room,
    write: (status: Room['status'] & {}) => writer.write(rooms, room, status),
    status: () => cluster.object(rooms, 'standup')?.status,
    writes: () => cluster.written.length,
  }
}

test('the newest word is what stands there in the end, in one write', async () => {
  const { clock, write, status, writes } = await aWorld()
  write({ phase: 'Waiting' })
  write({ phase: 'Placing', people: '1' })
  write({ phase: 'Placed', people: '2-5' })
  await clock.advance(1_000)
  expect(status()).toEqual({ phase: 'Placed', people: '2-5' })
  expect(writes()).toBe(1)
})

test('what the server says already is not written', async () => {
  const { clock, write, writes } = await aWorld()
  write({ phase: 'Placed' })
  await clock.advance(1_000)
  write({ phase: 'Placed' })
  await clock.advance(100_000)
  expect(writes()).toBe(1)
})

test('a word that is taken back before its turn is never written', async () => {
  const { clock, write, writes } = await aWorld()
  write({ phase: 'Placed' })
  write({})
  await clock.advance(100_000)
  expect(writes()).toBe(0)
})

test('a word that is taken back on its way is taken back on the server', async () => {
  const { clock, write, status, writes } = await aWorld()
  write({ phase: 'Placed' })
  await clock.advance(3)
  write({})
  await clock.advance(100)
  expect(status()).toEqual({})
  expect(writes()).toBe(2)
})

test('counts are written at most once a minute, the newest of them', async () => {
  const { clock, write, status, writes } = await aWorld()
  for (let second = 0; second < 180; second++) {
    write({ phase: 'Placed', people: String(second) })
    await clock.advance(1_000)
  }
  expect(writes()).toBeLessThanOrEqual(4)
  expect(Number(status()?.people)).toBeGreaterThan(110)
})

test('a change of phase does not wait for the minute and takes the counts along', async () => {
  const { clock, write, status } = await aWorld()
  write({ phase: 'Placed', people: '1' })
  await clock.advance(1_000)
  write({ phase: 'Placed', people: '2-5' })
  await clock.advance(1_000)
  expect(status()).toEqual({ phase: 'Placed', people: '1' })
  write({ phase: 'Ended', people: '0' })
  await clock.advance(1_000)
  expect(status()).toEqual({ phase: 'Ended', people: '0' })
})

test('a member that is no longer said goes', async () => {
  const { clock, write, status } = await aWorld()
  write({ phase: 'Stalled', why: 'no room' })
  await clock.advance(1_000)
  write({ phase: 'Placed' })
  await clock.advance(1_000)
  expect(status()).toEqual({ phase: 'Placed' })
})

test('it compares with its own last write while the cache is stale', async () => {
  const { clock, cluster, write, status, writes } = await aWorld()
  cluster.holdWatches(true)
  write({ phase: 'Placed' })
  await clock.advance(1_000)
  write({ phase: 'Placed' })
  await clock.advance(1_000)
  expect(writes()).toBe(1)
  write({})
  await clock.advance(1_000)
  expect(status()).toEqual({})
})

test('after a lost answer it looks before it writes again', async () => {
  const { clock, cluster, write, status, writes } = await aWorld()
  cluster.holdWatches(true)
  cluster.fail('patchStatus', 'lostAnswer')
  write({ phase: 'Placed' })
  await clock.advance(10_000)
  expect(status()).toEqual({ phase: 'Placed' })
  expect(writes()).toBe(1)
})

test('somebody who edits the object meanwhile is not overwritten and costs one more look', async () => {
  const { clock, cluster, room, write, status, writes } = await aWorld()
  cluster.holdWatches(true)
  cluster.put(rooms, { ...room, metadata: { ...room.metadata, labels: { edited: 'yes' } } })
  write({ phase: 'Placed' })
  await clock.advance(1_000)
  expect(status()).toEqual({ phase: 'Placed' })
  expect(cluster.object(rooms, 'standup')?.metadata.labels).toEqual({ edited: 'yes' })
  expect(writes()).toBe(1)
})

test('passing faults are outlived', async () => {
  const { clock, cluster, write, status } = await aWorld()
  cluster.fail('patchStatus', 'unavailable', 'tooManyRequests', 'timeout', 'network', 'unauthorized')
  write({ phase: 'Placed' })
  await clock.advance(60_000)
  expect(status()).toEqual({ phase: 'Placed' })
})

test('what was refused is tried again once a minute, another word at once', async () => {
  const { clock, cluster, write, status } = await aWorld()
  cluster.fail('patchStatus', 'invalid', 'forbidden', 'unavailable')
  for (let second = 0; second < 50; second++) {
    write({ phase: 'Nonsense' })
    await clock.advance(1_000)
  }
  write({ phase: 'Placed' })
  await clock.advance(1)
  write({ phase: 'Placed' })
  await clock.advance(50_000)
  expect(status()).toBeUndefined()
  await clock.advance(15_000)
  expect(status()).toEqual({ phase: 'Placed' })
})

test('a server in trouble is not asked more often because more is said', async () => {
  const { clock, cluster, write, status } = await aWorld()
  cluster.fail('patchStatus', ...Array.from({ length: 8 }, () => 'unavailable' as const))
  for (let second = 0; second < 20; second++) {
    write({ phase: `Placed ${second}` })
    await clock.advance(1_000)
  }
  expect(status()).toBeUndefined()
  await clock.advance(120_000)
  expect(status()).toEqual({ phase: 'Placed 19' })
})

test('an object that was made again under the name is left alone', async () => {
  const { clock, cluster, write, status } = await aWorld()
  cluster.holdWatches(true)
  cluster.remove(rooms, { name: 'standup', namespace: 'team' })
  cluster.put(rooms, { metadata: { name: 'standup', namespace: 'team' } })
  write({ phase: 'Placed' })
  await clock.advance(60_000)
  expect(status()).toBeUndefined()
})
