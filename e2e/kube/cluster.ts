import { inject, type TestContext } from 'vitest'

import { clusterHandle, type Cluster } from './clusterHandle.ts'
import type { TestCluster } from './testCluster.ts'
import './sharedCluster.ts'

export type { Cluster, List } from './clusterHandle.ts'

/** The cluster that the global set-up started or was given. */
export const theCluster = (): Cluster => clusterHandle({ kubeconfig: inject('kubeconfig'), state: inject('clusterState') })

/** The cluster as one that may be broken; skips the test, with the reason, where it is somebody's own. */
export function ownCluster(cluster: Cluster, context: TestContext, why: string): TestCluster {
  return cluster.own ?? context.skip(`${why}, which only the cluster that the tests start allows`)
}
