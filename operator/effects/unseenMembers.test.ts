import { expect, test } from 'vitest'

import type { MediaNode, MediaNodePool } from '../../crds/index.ts'
import { virtualClock } from '../../kit/virtualClock.ts'
import { fakeCluster } from '../kube/fakeApi.ts'
import { kinds } from '../kube/kinds.ts'
import { podLabels } from '../pods/labels.ts'
import { ownedBy } from '../pods/owned.ts'
import { SimulatedObjects } from '../testing/world/simulatedObjects.ts'
import { unseenMembers } from './unseenMembers.ts'

test('what a pool has made and the cache does not show: not what another owns, nor one that has the name of the pool only', async () => {
  const cluster = fakeCluster(virtualClock())
  const objects = new SimulatedObjects(cluster)
  for (const name of ['eu', 'us'] as const) objects.pool(name)
  const poolOf = (name: string): MediaNodePool => {
    const pool = cluster.object<MediaNodePool>(kinds.MediaNodePool, name)
    if (pool === undefined) throw new Error(`there is no pool ${name}`)
    return pool
  }
  const [eu, us] = [poolOf('eu'), poolOf('us')]
  const { namespace } = eu.metadata
  const put = (name: string, pool: string, owner: MediaNodePool | undefined): void => {
    const owned = owner === undefined ? {} : { ownerReferences: ownedBy(owner) }
    const metadata = { name, namespace, labels: { [podLabels.pool]: pool }, ...owned }
    cluster.put<MediaNode>(kinds.MediaNode, { metadata, spec: { pool, workers: 1, cordoned: false } })
  }
  put('eu-known', 'eu', eu)
  put('eu-unseen', 'eu', eu)
  put('eu-before', 'eu', { ...eu, metadata: { ...eu.metadata, uid: 'of an earlier pool' } })
  put('eu-by-hand', 'eu', undefined)
  put('us-unseen', 'us', us)
  const looking = { api: cluster.port(), isKnown: (name: string) => name === 'eu-known' }
  const { signal } = new AbortController()
  const namesOf = async (pool: MediaNodePool): Promise<readonly string[]> =>
    (await unseenMembers(looking, pool, signal)).map(({ metadata }) => metadata.name)
  expect(await namesOf(eu)).toEqual(['eu-unseen'])
  expect(await namesOf(us)).toEqual(['us-unseen'])
})
