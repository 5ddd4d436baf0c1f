import { expect, test } from 'vitest'

import type { MediaNode, MediaNodePool } from '../../crds/index.ts'
import { silentLog } from '../../kit/log.ts'
import { createMetrics } from '../../kit/metrics.ts'
import { virtualClock } from '../../kit/virtualClock.ts'
import { fakeCluster } from '../kube/fakeApi.ts'
import { kinds } from '../kube/kinds.ts'
import { kubeMetrics } from '../kube/metrics.ts'
import { createWriteBucket } from '../kube/write/writeBucket.ts'
import { ownedBy } from '../pods/owned.ts'
import { SimulatedObjects } from '../testing/world/simulatedObjects.ts'
import { makeMediaNode } from './makeMediaNode.ts'

const namespace = 'demo'

/** A pool that draws names of one letter each: `eu-bbbbb` first, then `eu-ccccc`, and so on. */
function aPool(known: readonly string[] = []) {
  const clock = virtualClock()
  const cluster = fakeCluster(clock)
  new SimulatedObjects(cluster).pool('eu')
  const pool = cluster.object<MediaNodePool>(kinds.MediaNodePool, 'eu')
  if (pool === undefined) throw new Error('there is no pool')
  const { signal } = new AbortController()
  const bucket = createWriteBucket({ clock, log: silentLog, metrics: createMetrics(kubeMetrics), signal })
  let drawn = 0
  const random = (): number => Math.floor(drawn++ / 5) / 27
  /** Whether the cache shows what is made as soon as it is. */
  let isQuick = false
  const isKnown = (name: string): boolean =>
    known.includes(name) || (isQuick && cluster.object(kinds.MediaNode, name) !== undefined)
  return {
    seeAtOnce: () => (isQuick = true),
    cluster,
    /** A media node that is there already. */
    there: (name: string, of: { readonly owner: MediaNodePool | undefined }) =>
      cluster.put<MediaNode>(kinds.MediaNode, {
        metadata: { name, namespace, ownerReferences: of.owner === undefined ? [] : ownedBy(of.owner) },
        spec: { pool: 'eu', workers: 1, cordoned: false },
      }),
    pool,
    /** What comes of it: the name, or the refusal in words. */
    make: async (): Promise<string> => {
      const made = makeMediaNode({ api: cluster.port(), bucket, isKnown, random }, pool, signal)
      const told = made.then(
        ({ metadata }) => metadata.name,
        (thrown: unknown) => String(thrown),
      )
      await clock.advance(0)
      return told
    },
    names: () => cluster.objects(kinds.MediaNode).map(({ metadata }) => metadata.name),
  }
}

test('a name that another one has is left to it, and another is drawn', async () => {
  const { there, make, names } = aPool()
  there('eu-bbbbb', { owner: undefined })
  expect(await make()).toBe('eu-ccccc')
  expect(names()).toEqual(['eu-bbbbb', 'eu-ccccc'])
})

test('a name of a pool that had the name before is left to its media node', async () => {
  const { there, make, pool } = aPool()
  there('eu-bbbbb', { owner: { ...pool, metadata: { ...pool.metadata, uid: 'of an earlier pool' } } })
  expect(await make()).toBe('eu-ccccc')
})

test('one that is its own and that the cache does not show yet is what was made', async () => {
  const { there, make, pool, names } = aPool()
  there('eu-bbbbb', { owner: pool })
  expect(await make()).toBe('eu-bbbbb')
  expect(names()).toEqual(['eu-bbbbb'])
})

test('one that is its own and counted already is not counted twice', async () => {
  const { there, make, pool } = aPool(['eu-bbbbb'])
  there('eu-bbbbb', { owner: pool })
  expect(await make()).toBe('eu-ccccc')
})

test('after three names that are taken it says so, in the same words each time', async () => {
  const { there, make, names } = aPool()
  for (const letter of ['b', 'c', 'd', 'f', 'g', 'h']) there(`eu-${letter.repeat(5)}`, { owner: undefined })
  const told = await make()
  expect(told).toContain('each of 3 names that it drew for a media node is taken by a MediaNode that it did not make')
  expect(told).toContain('kubectl get medianodes --namespace demo')
  expect(await make()).toBe(told)
  expect(names()).toHaveLength(6)
})

test('made, though the answer was lost', async () => {
  const { cluster, make, names } = aPool()
  cluster.fail('create', 'lostAnswer')
  expect(await make()).toBe('eu-bbbbb')
  expect(names()).toEqual(['eu-bbbbb'])
})

test('made once, though the cache shows it before the server is asked what became of a lost answer', async () => {
  const { cluster, make, names, seeAtOnce } = aPool()
  seeAtOnce()
  cluster.fail('create', 'lostAnswer')
  expect(await make()).toBe('eu-bbbbb')
  expect(names()).toEqual(['eu-bbbbb'])
})

test('not made where the server refused it', async () => {
  const { cluster, make, names } = aPool()
  cluster.fail('create', 'tooManyRequests')
  expect(await make()).toContain('tooManyRequests')
  expect(names()).toEqual([])
})
