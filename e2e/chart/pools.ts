import type { Condition, MediaNode, MediaNodePool, Meeting } from '../../crds/index.ts'
import { missing, waitFor } from '../../kit/wait.ts'
import type { Cluster, List } from '../kube/clusterHandle.ts'

/** Values of pools for the tests' nodes, which have few processors: one worker a media node, and a claim that leaves room for the rest. */
export function smallPools(replicas: Readonly<Record<string, number>>): object {
  const overrides = { resources: { requests: { cpu: '200m', memory: '128Mi' } } }
  const pools = Object.entries(replicas).map(([region, count]) => [region, { region, replicas: count, workers: 1, overrides }])
  // Nobody is in a meeting when a test's installation goes.
  const hooks = { uninstall: { graceSeconds: 1 } }
  return { pools: { default: null, ...(Object.fromEntries(pools) as object) }, hooks }
}

/** The objects of an installation, read with kubectl. */
export interface Objects {
  pools(): Promise<readonly MediaNodePool[]>
  mediaNodes(pool?: string): Promise<readonly MediaNode[]>
  meeting(name: string): Promise<Meeting>
  /** Waits until a pool has exactly so many media nodes and all are ready; says what the pool says that it lacks. */
  poolIsReady(name: string, count: number, timeoutMs?: number): Promise<readonly MediaNode[]>
}

const sayings = (conditions: readonly Condition[] | undefined): string =>
  (conditions ?? []).map(({ type, status, message }) => `${type}=${status} (${message})`).join('; ')

const isReady = ({ status }: MediaNode): boolean =>
  (status?.conditions ?? []).some((condition) => condition.type === 'Ready' && condition.status === 'True')

/** Reads pools, media nodes and meetings of a namespace. */
export function objectsOf(cluster: Cluster, namespace: string): Objects {
  const list = async <T>(kind: string): Promise<readonly T[]> =>
    (await cluster.get<List<T>>(kind, '--namespace', namespace)).items
  const mediaNodes: Objects['mediaNodes'] = async (pool) =>
    (await list<MediaNode>('medianodes')).filter(({ spec }) => pool === undefined || spec.pool === pool)
  return {
    pools: () => list('medianodepools'),
    mediaNodes,
    meeting: (name) => cluster.get<Meeting>('meeting', name, '--namespace', namespace),
    poolIsReady: (name, count, timeoutMs = 180_000) =>
      waitFor(
        async () => {
          const nodes = await mediaNodes(name)
          if (nodes.length === count && nodes.every(isReady)) return nodes
          const pool = (await list<MediaNodePool>('medianodepools')).find(({ metadata }) => metadata.name === name)
          const seen = nodes.map(({ metadata, status }) => `${metadata.name} ${status?.phase ?? 'without a status'}`).join(', ')
          return missing(
            `${count} ready media nodes in ${name}; there is ${seen || 'none'}; ${sayings(pool?.status?.conditions)}`,
          )
        },
        { timeoutMs, pollMs: 500 },
      ),
  }
}
