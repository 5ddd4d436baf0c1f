import { requestsOf } from '../e2e/kube/audit.ts'
import { imageTars } from '../e2e/chart/images.ts'
import { objectsOf, smallPools } from '../e2e/chart/pools.ts'
import { installRelease, type Release } from '../e2e/chart/release.ts'
import { clusterHandle, type Cluster } from '../e2e/kube/clusterHandle.ts'
import { startTestCluster } from '../e2e/kube/testCluster.ts'
import { joinAt } from '../e2e/support/entrance.ts'
import { waitFor } from '../kit/wait.ts'
import { usageOf, type ComponentUsage } from './podUsage.ts'

/** What accounts of the release asked of the API server while nobody did anything, a minute. */
export interface IdleRequests {
  readonly reads: number
  readonly leaseWrites: number
  /** The goal is none. */
  readonly otherWrites: number
}

/** The result of the benchmark. Images are on the nodes already: nothing is pulled. */
export interface ClusterResult {
  readonly benchmark: 'cluster'
  /** From `helm install` to the first answered join; the Pods of the chart and of its pool start meanwhile. */
  readonly installToFirstJoinMs: number
  /** From `kubectl scale` to the condition Ready of the new media node. */
  readonly scaleToReadyMs: number
  /** From `kubectl run` to the condition Ready of a Pod that does nothing, in the same cluster: what Kubernetes itself takes. */
  readonly emptyPodMs: number
  readonly scaleByEmptyPod: number
  readonly idle: {
    readonly seconds: number
    readonly components: readonly ComponentUsage[]
    readonly requestsAMinute: IdleRequests
  }
}

const nodes = 3
const namespace = 'bench'
const pool = 'default-region'
const joinTimeoutMs = 180_000
/** How long everything is left alone before it counts as idle: counts in status are told a minute late. */
const settleMs = 100_000
const idleMs = 60_000

const since = (beganAtMs: number): number => Math.round(performance.now() - beganAtMs)

/** One person joins, as soon as somebody lets them in, and leaves. */
async function firstJoin(release: Release): Promise<void> {
  const entrance = await release.entrance()
  const person = await waitFor(() => joinAt(entrance, { meeting: 'first', name: 'Ada' }), {
    timeoutMs: joinTimeoutMs,
    pollMs: 100,
  })
  await person.leave()
}

async function emptyPod(cluster: Cluster): Promise<number> {
  const at = ['--namespace', namespace]
  const beganAtMs = performance.now()
  await cluster.does('run', 'empty', '--image=localhost/pause:1', ...at)
  await cluster.does('wait', 'pod/empty', '--for=condition=Ready', '--timeout=60s', ...at)
  const tookMs = since(beganAtMs)
  await cluster.does('delete', 'pod/empty', '--now', ...at)
  return tookMs
}

async function scaled(cluster: Cluster): Promise<number> {
  const beganAtMs = performance.now()
  await cluster.does('scale', 'medianodepool', pool, '--replicas=2', '--namespace', namespace)
  await objectsOf(cluster, namespace).poolIsReady(pool, 2)
  return since(beganAtMs)
}

const readVerbs = new Set(['get', 'list', 'watch'])

function requestsAMinute(state: string, fromMs: number): IdleRequests {
  const asked = requestsOf(state, namespace).filter(({ atMs }) => atMs >= fromMs)
  const written = asked.filter(({ verb }) => !readVerbs.has(verb))
  const leases = written.filter(({ kind }) => kind === 'coordination.k8s.io/leases').length
  const aMinute = (count: number): number => Math.round((count * 60_000) / idleMs)
  return {
    reads: aMinute(asked.length - written.length),
    leaseWrites: aMinute(leases),
    otherWrites: aMinute(written.length - leases),
  }
}

async function idle(cluster: Cluster, state: string): Promise<ClusterResult['idle']> {
  await new Promise((resolve) => setTimeout(resolve, settleMs))
  const before = await usageOf(cluster, namespace)
  const fromMs = Date.now()
  await new Promise((resolve) => setTimeout(resolve, idleMs))
  return {
    seconds: idleMs / 1_000,
    components: (await usageOf(cluster, namespace)).since(before),
    requestsAMinute: requestsAMinute(state, fromMs),
  }
}

async function measure(cluster: Cluster, state: string): Promise<ClusterResult> {
  const beganAtMs = performance.now()
  const release = await installRelease(cluster, { name: 'parley', namespace, values: smallPools({ [pool]: 1 }) })
  try {
    await firstJoin(release)
    const installToFirstJoinMs = since(beganAtMs)
    const emptyPodMs = await emptyPod(cluster)
    const scaleToReadyMs = await scaled(cluster)
    return {
      benchmark: 'cluster',
      installToFirstJoinMs,
      scaleToReadyMs,
      emptyPodMs,
      scaleByEmptyPod: Math.round((scaleToReadyMs / emptyPodMs) * 10) / 10,
      idle: await idle(cluster, state),
    }
  } finally {
    await release.close()
  }
}

/**
 * Installs the chart of this checkout on a cluster of three nodes that it starts on this machine, and measures how long an operator of it
 * waits and what it costs when nobody uses it. Needs what `scripts/bench.sh cluster` sets up.
 */
export async function benchCluster(): Promise<ClusterResult> {
  const own = await startTestCluster(nodes)
  const cluster = clusterHandle(own)
  try {
    await own.loadImages(imageTars())
    return await measure(cluster, own.state)
  } finally {
    cluster.close()
    await own.down()
  }
}
