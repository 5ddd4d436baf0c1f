import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'

import { theCluster, type Cluster } from '../kube/cluster.ts'
import { keepClusterEvidence } from '../kube/clusterEvidence.ts'
import { endNamespace } from '../kube/namespaces.ts'
import type { Entrance } from '../support/entrance.ts'
import { createCrowd, type Crowd } from './crowd.ts'
import { dropDefinitions } from './definitions.ts'
import { objectsOf, smallPools, type Objects } from './pools.ts'
import { installRelease, type Release } from './release.ts'

/** An installation that all tests of a file share, with people whom each test brings along. */
export interface SharedRelease {
  readonly cluster: Cluster
  /** Its pool of two media nodes. */
  readonly pool: string
  readonly namespace: string
  /** Ready before the first test. */
  readonly release: Release
  readonly objects: Objects
  /** Everybody leaves after each test. */
  readonly crowd: Crowd
}

/** Installs a release with a pool of two media nodes before the tests of a file, and takes it away with all that it made after them. */
export function sharedRelease(namespace: string): SharedRelease {
  const cluster = theCluster()
  const pool = 'europe'
  const objects = objectsOf(cluster, namespace)
  let installed: { readonly release: Release; readonly entrance: Entrance } | undefined

  function here(): NonNullable<typeof installed> {
    if (installed === undefined) throw new Error(`nothing is installed in ${namespace} yet`)
    return installed
  }
  const crowd = createCrowd(() => here().entrance)

  beforeAll(async () => {
    const release = await installRelease(cluster, { name: 'parley', namespace, values: smallPools({ [pool]: 2 }) })
    await objects.poolIsReady(pool, 2)
    installed = { release, entrance: await release.entrance() }
  })
  afterAll(async () => {
    await here().release.uninstall()
    await here().release.close()
    await endNamespace(cluster, namespace)
    await dropDefinitions(cluster)
    cluster.close()
  })
  beforeEach(() => keepClusterEvidence(() => cluster))
  afterEach(() => crowd.leave())

  return {
    ...{ cluster, pool, namespace, objects, crowd },
    get release() {
      return here().release
    },
  }
}
