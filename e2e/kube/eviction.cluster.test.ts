import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import { missing, waitFor } from '../../kit/wait.ts'
import { ownCluster, theCluster, type Cluster } from './cluster.ts'
import { keepClusterEvidence } from './clusterEvidence.ts'
import { endNamespace } from './namespaces.ts'

const namespace = 'eviction'
const cluster: Cluster = theCluster()
const inNamespace = ['--namespace', namespace]
const node = 'node-3'

/** The budget of a pool, and a Pod that it guards beside one that it does not: the way in which media Pods are kept from a drain. */
const objects = `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: guard }
spec:
  minAvailable: 1000000
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector: { matchLabels: { guard: 'on' } }
---
apiVersion: v1
kind: Pod
metadata: { name: guarded, labels: { guard: 'on' } }
spec:
  nodeName: ${node}
  terminationGracePeriodSeconds: 1
  containers: [{ name: sleeper, image: 'localhost/busybox:1', command: [sleep, infinity] }]
---
apiVersion: v1
kind: Pod
metadata: { name: free }
spec:
  nodeName: ${node}
  terminationGracePeriodSeconds: 1
  containers: [{ name: sleeper, image: 'localhost/busybox:1', command: [sleep, infinity] }]
`

beforeAll(async () => {
  if (cluster.own === undefined) return
  await cluster.does('create', 'namespace', namespace)
  await cluster.apply(objects, ...inNamespace)
  await cluster.does('wait', '--for=condition=Ready', 'pod/guarded', 'pod/free', '--timeout=150s', ...inNamespace)
})

afterAll(async () => {
  if (cluster.own !== undefined) {
    await cluster.does('uncordon', node)
    await endNamespace(cluster, namespace)
  }
  cluster.close()
})

beforeEach((context) => {
  keepClusterEvidence(() => cluster)
  ownCluster(cluster, context, 'this drains a node')
})

const drain = (timeout: string): ReturnType<Cluster['kubectl']['run']> =>
  cluster.kubectl.run(['drain', node, '--ignore-daemonsets', '--force', '--delete-emptydir-data', `--timeout=${timeout}`], {
    timeoutMs: 150_000,
  })

/** Waits until these Pods are left: one that was evicted takes its leave. */
async function podsAre(names: string): Promise<void> {
  await waitFor(
    async () => {
      const now = await cluster.does('get', 'pods', '-o', 'name', ...inNamespace)
      return now === names || missing(`the Pods "${names}", not "${now}"`)
    },
    { timeoutMs: 120_000, pollMs: 500 },
  )
}

test('kubectl drain waits for exactly the Pod that a budget guards, and goes on once it is let go', async () => {
  const held = await drain('6s')
  expect(held.code).not.toBe(0)
  expect(held.err).toContain(`Cannot evict pod as it would violate the pod's disruption budget`)
  await podsAre('pod/guarded\n')
  await cluster.does('label', 'pod/guarded', 'guard=off', '--overwrite', ...inNamespace)
  expect(await drain('120s')).toMatchObject({ code: 0 })
  await podsAre('')
})
