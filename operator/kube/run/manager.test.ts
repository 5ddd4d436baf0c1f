import { expect, test } from 'vitest'

import { createHttpServer } from '../../../kit/http.ts'
import { silentLog } from '../../../kit/log.ts'
import { createMetrics } from '../../../kit/metrics.ts'
import { virtualClock } from '../../../kit/virtualClock.ts'
import { eachOf, type Trigger } from './controller.ts'
import { createExpectations } from '../write/expectations.ts'
import { fakeCluster } from '../fakeApi.ts'
import { createManager } from './manager.ts'
import { kubeMetrics } from '../metrics.ts'
import { keyOf, type KindRef, type KubeObject } from '../objects.ts'
import { done } from '../client/outcome.ts'
import { serveProbes } from './probes.ts'
import { createStatusWriter } from '../write/statusWriter.ts'

interface Pool extends KubeObject {
  readonly spec: { readonly replicas: number }
  readonly status?: { readonly nodes?: number }
}
interface Node extends KubeObject {
  readonly spec: { readonly pool: string }
}
const pools: KindRef<Pool> = { apiVersion: 'test/v1', kind: 'Pool', plural: 'pools', namespaced: true }
const nodes: KindRef<Node, Node> = { apiVersion: 'test/v1', kind: 'Node', plural: 'nodes', namespaced: true }

function aCluster() {
  const clock = virtualClock()
  const cluster = fakeCluster(clock)

  /** A replica whose one controller makes as many nodes as a pool asks for. */
  function replica(identity: string, setup: { workMs?: number } = {}) {
    const state = { reachable: true }
    const metrics = createMetrics(kubeMetrics)
    const api = cluster.port({ latencyMs: () => 10, reachable: () => state.reachable })
    const common = { clock, random: () => 0.5, log: silentLog, metrics }
    const manager = createManager({
      api,
      lease: { namespace: 'parley', name: 'parley-operator' },
      identity,
      address: `http://${identity}`,
      highestReportedEpoch: () => 0,
      ...common,
    })
    const poolStore = manager.watch(pools)
    const nodeStore = manager.watch(nodes, { indexes: { pool: ({ spec }) => [spec.pool] } })
    const expectations = createExpectations({ stores: { Node: nodeStore }, clock })
    const writer = createStatusWriter({ api, bucket: manager.bucket, stores: { Pool: poolStore }, counts: {}, ...common })
    const everySecond: Trigger = (queue) => {
      const timer = clock.every(1_000, () => poolStore.list().forEach((pool) => queue.add(keyOf(pool))))
      return () => timer.cancel()
    }
    const epochs: number[] = []
    manager.onTerm((term) => epochs.push(term.epoch()))
    let ends = 0
    manager.control({
      name: 'pool',
      expectations,
      triggers: [everySecond, eachOf(poolStore), eachOf(nodeStore, ({ spec }) => [`parley/${spec.pool}`])],
      async reconcile(key, signal) {
        const pool = poolStore.get(key)
        if (!pool) return done
        const { name } = pool.metadata
        const have = nodeStore.by('pool', name).length
        if (have < pool.spec.replicas) {
          const metadata = { namespace: 'parley', name: `${name}-${identity}-${cluster.written.length}` }
          expectations.wrote(key, await api.create(nodes, { metadata, spec: { pool: name } }, signal))
        }
        await clock.sleep(setup.workMs ?? 0, signal)
        writer.write(pools, pool, { nodes: have })
        ends++
        return done
      },
    })
    const leaving = new AbortController()
    const ended = manager.run(leaving.signal)
    return { manager, metrics, state, epochs, ended, ends: () => ends, leave: () => leaving.abort(new Error('leaving')) }
  }
  return {
    clock,
    cluster,
    replica,
    pool: (name: string, replicas: number) => cluster.put(pools, { metadata: { name, namespace: 'parley' }, spec: { replicas } }),
    made: () => cluster.objects(nodes).length,
  }
}

test('the one that leads makes the world as it should be, and says so in status', async () => {
  const { clock, cluster, replica, pool, made } = aCluster()
  pool('eu', 3)
  const [a, b] = [replica('a'), replica('b')]
  await clock.advance(10_000)
  expect(made()).toBe(3)
  expect(cluster.object(pools, 'eu')?.status).toEqual({ nodes: 3 })
  expect([a.manager.isLeader(), b.manager.isLeader()].filter(Boolean)).toHaveLength(1)
  expect(Math.min(a.ends(), b.ends())).toBe(0)
  expect([a.manager.unsynced(), b.manager.unsynced()]).toEqual([[], []])
  pool('us', 2)
  await clock.advance(10_000)
  expect(made()).toBe(5)
})

test('a cache that lags makes nobody make things twice', async () => {
  const { clock, cluster, replica, pool, made } = aCluster()
  replica('a')
  await clock.advance(5_000)
  pool('eu', 2)
  await clock.advance(5)
  cluster.holdWatches(true)
  await clock.advance(10_000)
  expect(made()).toBe(1)
  cluster.holdWatches(false)
  await clock.advance(5_000)
  expect(made()).toBe(2)
})

test('one that stops ends its work, writes its last word, and the next takes over at once', async () => {
  const { clock, cluster, replica, pool } = aCluster()
  const a = replica('a', { workMs: 3_000 })
  await clock.advance(1_000)
  const b = replica('b')
  pool('eu', 0)
  await clock.advance(1_000)
  a.leave()
  await clock.advance(1_000)
  expect(cluster.object(pools, 'eu')?.status).toBeUndefined()
  await clock.advance(2_000)
  expect(a.ends()).toBe(1)
  expect(cluster.object(pools, 'eu')?.status).toEqual({ nodes: 0 })
  await expect(a.ended).resolves.toBe('stopped')
  await clock.advance(3_000)
  expect(b.manager.isLeader()).toBe(true)
  expect([a.epochs, b.epochs]).toEqual([[1], [2]])
  b.leave()
  await clock.advance(100)
  await b.ended
  expect(clock.pending()).toBe(0)
  expect(cluster.watches()).toBe(0)
})

test('work that does not end is aborted at the deadline', async () => {
  const { clock, replica, pool } = aCluster()
  const a = replica('a', { workMs: 50_000 })
  pool('eu', 0)
  await clock.advance(1_000)
  a.leave()
  await clock.advance(9_000)
  expect(a.manager.isLeader()).toBe(true)
  await clock.advance(2_000)
  await expect(a.ended).resolves.toBe('stopped')
  expect(a.ends()).toBe(0)
})

test('one that is cut off drops its work and ends; the other goes on with a higher epoch', async () => {
  const { clock, replica, pool, made } = aCluster()
  const a = replica('a')
  await clock.advance(1_000)
  const b = replica('b')
  await clock.advance(1_000)
  a.state.reachable = false
  pool('eu', 2)
  await clock.advance(30_000)
  await expect(a.ended).resolves.toBe('lost')
  expect(made()).toBe(2)
  expect(b.epochs).toEqual([2])
})

test('without an API server it lives, is not ready, says why, and stands for no election', async () => {
  const { clock, cluster, replica } = aCluster()
  const a = replica('a')
  a.state.reachable = false
  await clock.advance(1_000)
  const app = createHttpServer({ log: silentLog, bodyLimitBytes: 1_024 })
  serveProbes(app, { missing: () => a.manager.unsynced().map((kind) => `no ${kind} read yet`), registry: a.metrics.registry })
  const ask = async (url: string) => {
    const { statusCode, body } = await app.inject({ url })
    return [statusCode, body]
  }
  expect(await ask('/livez')).toEqual([200, 'ok'])
  expect(await ask('/readyz')).toEqual([503, 'not ready: no Pool read yet, no Node read yet'])
  expect(cluster.written).toEqual([])
  a.leave()
  await clock.advance(1_000)
  await expect(a.ended).resolves.toBe('stopped')
  await app.close()
})

test('the metrics have the names that dashboards know, from zero', async () => {
  const { clock, replica } = aCluster()
  const a = replica('a')
  await clock.advance(3_000)
  const text = await a.metrics.registry.metrics()
  for (const line of [
    'controller_runtime_reconcile_total{controller="pool",result="success"} 0',
    'controller_runtime_reconcile_total{controller="pool",result="error"} 0',
    'workqueue_depth{name="pool"} 0',
    'leader_election_master_status{name="parley-operator"} 1',
    'parley_leader_epoch 1',
    'parley_bucket_waiting{lane="phase"} 0',
  ])
    expect(text).toContain(line)
})
