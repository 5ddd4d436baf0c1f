import type { Cluster } from './clusterHandle.ts'

/**
 * Has a namespace end with all that is in it. On a cluster of the tests' own nobody waits for that: Pods take their leave while the next file begins, in a
 * namespace of its own.
 */
export async function endNamespace(cluster: Cluster, name: string): Promise<void> {
  const wait = cluster.own === undefined ? '--timeout=150s' : '--wait=false'
  await cluster.does('delete', 'namespace', name, '--ignore-not-found', wait)
}
