import { expect, test } from 'vitest'

import { silentLog } from '../../../kit/log.ts'
import { createMetrics } from '../../../kit/metrics.ts'
import { virtualClock, type VirtualClock } from '../../../kit/virtualClock.ts'
import { ApiError, type ApiErrorReason } from '../client/apiError.ts'
import { fakeCluster, type FakeCluster, type Fault } from '../fakeApi.ts'
import { kinds, type Lease } from '../kinds.ts'
import { kubeMetrics } from '../metrics.ts'
import { createOutage } from '../client/outage.ts'
import { createReflector, type Reflector } from './reflector.ts'
import { createStore, type Store } from './store.ts'

interface World {
  readonly clock: VirtualClock
  readonly cluster: FakeCluster
  readonly store: Store<Lease>
  readonly reflector: Reflector
  /** Parts of which it was said that the server does not answer them. */
  readonly outages: readonly string[]
  readonly names: () => string[]
  readonly count: (metric: 'lists' | 'watchRestarts', labels: Record<string, string>) => Promise<number>
  readonly stop: () => Promise<void>
}

async function started(prepare: (cluster: FakeCluster) => void = () => undefined): Promise<World> {
  const clock = virtualClock()
  const cluster = fakeCluster(clock)
  const store = createStore<Lease>()
  const metrics = createMetrics(kubeMetrics)
  cluster.put(kinds.Lease, { metadata: { name: 'first' } })
  prepare(cluster)
  const outage = createOutage({ log: silentLog, clock })
  const outages: string[] = []
  const options = {
    api: cluster.port(),
    kind: kinds.Lease,
    store,
    clock,
    random: () => 0.5,
    outage: {
      ...outage,
      begun(part: string, error: unknown) {
        outages.push(part)
        outage.begun(part, error)
      },
    },
    metrics,
  }
  const reflector = createReflector(options)
  const leaving = new AbortController()
  const running = reflector.run(leaving.signal)
  await clock.advance(0)
  return {
    clock,
    cluster,
    store,
    reflector,
    outages,
    names: () => store.list().map(({ metadata }) => metadata.name),
    async count(metric, labels) {
      const { values } = await metrics[metric].get()
      const matching = values.filter((value) => Object.entries(labels).every(([key, label]) => value.labels[key] === label))
      return matching.reduce((sum, { value }) => sum + value, 0)
    },
    async stop() {
      leaving.abort()
      await running
      expect(clock.pending()).toBe(0)
      expect(cluster.watches()).toBe(0)
    },
  }
}
const put = (world: World, name: string): Lease => world.cluster.put(kinds.Lease, { metadata: { name } })

test('it lists, follows changes, and leaves nothing behind', async () => {
  const world = await started()
  expect(world.reflector.synced()).toBe(true)
  put(world, 'second')
  await world.clock.advance(0)
  expect(world.names()).toEqual(['first', 'second'])
  world.cluster.remove(kinds.Lease, { name: 'first' })
  await world.clock.advance(0)
  expect(world.names()).toEqual(['second'])
  await world.stop()
})

test('a watch that the server ends is begun again at once, without a new list', async () => {
  const world = await started()
  put(world, 'second')
  await world.clock.advance(0)
  world.cluster.breakWatches()
  put(world, 'meanwhile')
  await world.clock.advance(0)
  expect(world.names()).toEqual(['first', 'second', 'meanwhile'])
  expect(await world.count('lists', {})).toBe(1)
  await world.stop()
})

for (const reason of ['unavailable', 'tooManyRequests', 'network', 'timeout', 'badResponse'] satisfies ApiErrorReason[]) {
  test(`a watch that breaks by ${reason} goes on where it was`, async () => {
    const world = await started()
    world.cluster.breakWatches(reason)
    world.cluster.fail('watch', reason, reason)
    put(world, 'second')
    await world.clock.advance(2_000)
    expect(world.names()).toEqual(['first', 'second'])
    expect(await world.count('lists', {})).toBe(1)
    expect(await world.count('watchRestarts', { reason })).toBe(3)
    await world.stop()
  })
}

const firstLists: Fault[] = ['unavailable', 'tooManyRequests', 'network', 'forbidden', 'unauthorized', 'badResponse', 'gone']
test('failed lists are repeated until one succeeds', async () => {
  const world = await started((cluster) => cluster.fail('list', ...firstLists))
  expect(world.reflector.synced()).toBe(false)
  await world.clock.advance(60_000)
  expect(world.reflector.synced()).toBe(true)
  expect(world.names()).toEqual(['first'])
  await world.stop()
})

test('after 410 it lists at once, and the list tells what was deleted unseen', async () => {
  const world = await started()
  put(world, 'second')
  await world.clock.advance(0)
  world.cluster.holdWatches(true)
  world.cluster.remove(kinds.Lease, { name: 'first' })
  world.cluster.compact()
  world.cluster.breakWatches('gone')
  await world.clock.advance(0)
  expect(world.names()).toEqual(['second'])
  await world.stop()
})

test('a server that always says 410 is asked ever more slowly', async () => {
  const world = await started()
  world.cluster.fail('watch', ...Array.from({ length: 1_000 }, (): Fault => 'gone'))
  world.cluster.breakWatches('gone')
  await world.clock.advance(60_000)
  const lists = await world.count('lists', {})
  expect(lists).toBeGreaterThan(10)
  expect(lists).toBeLessThan(30)
  await world.stop()
})

test('Retry-After is honoured', async () => {
  const world = await started((cluster) =>
    cluster.fail('list', new ApiError('tooManyRequests', 'slow down', { retryAfterMs: 20_000 })),
  )
  await world.clock.advance(19_000)
  expect(world.reflector.synced()).toBe(false)
  await world.clock.advance(2_000)
  expect(world.reflector.synced()).toBe(true)
  await world.stop()
})

test('bookmarks keep a quiet watch alive; a silent one is begun again after 90 s', async () => {
  const world = await started()
  await world.clock.advance(60_000)
  world.cluster.bookmark()
  await world.clock.advance(60_000)
  expect(await world.count('watchRestarts', {})).toBe(0)
  world.cluster.holdWatches(true)
  put(world, 'unheard')
  await world.clock.advance(29_000)
  expect(world.names()).toEqual(['first'])
  await world.clock.advance(3_000)
  expect(await world.count('watchRestarts', { reason: 'silent' })).toBe(1)
  expect(world.names()).toEqual(['first', 'unheard'])
  await world.stop()
})

test('a kind that nothing happens to, and that no bookmarks come of, is no outage', async () => {
  const world = await started()
  await world.clock.advance(10 * 60_000)
  expect(await world.count('watchRestarts', { reason: 'silent' })).toBe(6)
  expect(await world.count('watchRestarts', {})).toBe(6)
  expect(world.outages).toEqual([])
  put(world, 'late')
  await world.clock.advance(0)
  expect(world.names()).toEqual(['first', 'late'])
  await world.stop()
})

test('a server whose versions went back (restored from a backup) is listed anew', async () => {
  const world = await started()
  world.cluster.bookmark('50')
  await world.clock.advance(0)
  world.cluster.bookmark('40')
  put(world, 'second')
  await world.clock.advance(0)
  expect(world.names()).toEqual(['first', 'second'])
  expect(await world.count('lists', {})).toBe(2)
  await world.stop()
})
