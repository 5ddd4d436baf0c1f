import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import { meetingGrants, nodeGrants, ownGrants, keysGrants, uninstallGrants, type Grant } from '../../charts/rbac.ts'
import { systemClock } from '../../kit/clock.ts'
import { missing, waitFor } from '../../kit/wait.ts'
import { requestsOf } from '../kube/audit.ts'
import { ownCluster, theCluster, type Cluster } from '../kube/cluster.ts'
import { keepClusterEvidence } from '../kube/clusterEvidence.ts'
import { dropDefinitions } from './definitions.ts'
import { objectsIn } from './objects.ts'
import { objectsOf } from './pools.ts'
import { installRelease, type Release } from './release.ts'

const cluster: Cluster = theCluster()
const namespace = 'parley-e2e-restricted'
const name = 'parley'
let release: Release

/** Longer than the operator waits before it tells counts, and than agents are asked whether they are reached. */
const idleMs = 75_000

const pool = {
  region: 'here',
  replicas: 2,
  workers: 1,
  network: { mode: 'podNetwork' },
  overrides: { resources: { requests: { cpu: '200m', memory: '128Mi' } } },
}

beforeAll(async () => {
  await cluster.does('create', 'namespace', namespace)
  await cluster.does('label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted')
  release = await installRelease(cluster, { name, namespace, values: { pools: { default: pool } } })
  await objectsOf(cluster, namespace).poolIsReady('default', 2)
})

afterAll(async () => {
  await release.close()
  if ((await cluster.helm.releases(namespace)).length > 0) await release.uninstall()
  await cluster.does('delete', 'namespace', namespace, '--timeout=150s')
  await dropDefinitions(cluster)
  cluster.close()
})

beforeEach(() => keepClusterEvidence(() => cluster))

/** `parley.media/meetings create`, for each verb of each kind. */
const linesOf = (grants: readonly Grant[]): readonly string[] =>
  grants.flatMap(({ group, resources, verbs }) =>
    resources.flatMap((resource) => Object.keys(verbs).map((verb) => `${group}/${resource} ${verb}`)),
  )

test('while nobody does anything the operator writes nothing but its Lease', async (context) => {
  const { state } = ownCluster(cluster, context, 'the API server has to log who asks for what')
  const account = `${name}-operator`
  const writes = () =>
    requestsOf(state, namespace).filter((each) => each.account === account && !/^(get|list|watch)$/.test(each.verb))
  await waitFor(
    () => {
      const last = writes().findLast(({ kind }) => kind !== 'coordination.k8s.io/leases')
      const quietMs = systemClock.nowMs() - (last?.atMs ?? 0)
      return (
        quietMs > idleMs ||
        missing(`${Math.ceil((idleMs - quietMs) / 1_000)} s of quiet after ${last?.verb} ${last?.kind} ${last?.name}`)
      )
    },
    { timeoutMs: 400_000, pollMs: 1_000 },
  )
  const sinceMs = systemClock.nowMs() - idleMs
  const leases = writes().filter(({ atMs }) => atMs > sinceMs)
  expect(leases.length).toBeGreaterThan(10)
  expect(leases.every(({ kind, verb }) => kind === 'coordination.k8s.io/leases' && verb === 'patch')).toBe(true)
})

test('helm test: under the strictest Pod Security two synthetic people meet on two media nodes, through the Service', async () => {
  const { out, err, code } = await cluster.helm.run(['test', name, '--namespace', namespace, '--logs'], { timeoutMs: 300_000 })
  expect({ err, code }).toEqual({ err: '', code: 0 })
  const line = out.split('\n').find((text) => text.startsWith('{')) ?? '{}'
  const { ok, visits } = JSON.parse(line) as { ok: boolean; visits: { node: string; received: { frames: number } }[] }
  expect(ok).toBe(true)
  expect(new Set(visits.map(({ node }) => node)).size).toBe(2)
  expect(Math.min(...visits.map(({ received }) => received.frames))).toBeGreaterThan(0)
})

test('uninstalled, nothing is left, not even what helm test left', async () => {
  await release.uninstall()
  await waitFor(
    async () => {
      const left = (await objectsIn(cluster, namespace)).filter((each) => !each.startsWith('meeting.'))
      return left.length === 0 || missing(`the end of ${left.join(', ')}`)
    },
    { timeoutMs: 180_000, pollMs: 500 },
  )
})

test('in all of its life no process asked for what it had no reason to', (context) => {
  const { state } = ownCluster(cluster, context, 'the API server has to log who asks for what')
  const granted: Readonly<Record<string, readonly string[]>> = {
    [`${name}-operator`]: linesOf([...ownGrants, ...meetingGrants, ...nodeGrants]),
    [`${name}-install-keys`]: linesOf(keysGrants(name)),
    [`${name}-uninstall`]: linesOf(uninstallGrants(name)),
  }
  const requests = requestsOf(state, namespace)
  expect([...new Set(requests.map(({ account }) => account))].toSorted()).toEqual(Object.keys(granted).toSorted())
  expect(requests.filter(({ code }) => code === 401 || code === 403)).toEqual([])
  for (const [account, lines] of Object.entries(granted)) {
    const used = requests.filter((each) => each.account === account).map(({ kind, verb }) => `${kind} ${verb}`)
    for (const line of new Set(used)) expect(lines).toContain(line)
  }
})
