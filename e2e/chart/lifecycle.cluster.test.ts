import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import { missing, waitFor } from '../../kit/wait.ts'
import { theCluster, type Cluster, type List } from '../kube/cluster.ts'
import { keepClusterEvidence } from '../kube/clusterEvidence.ts'
import { endNamespace } from '../kube/namespaces.ts'
import { definitions, dropDefinitions } from './definitions.ts'
import { objectsIn, objectsInNone } from './objects.ts'
import { installRelease, isReady, type Release } from './release.ts'

const cluster: Cluster = theCluster()
const namespace = 'parley-e2e-lifecycle'
const meeting = `
apiVersion: parley.media/v1alpha1
kind: Meeting
metadata: { name: review }
spec: { title: Sprint review }
`

let before: readonly string[]
let release: Release

beforeAll(async () => {
  await cluster.does('create', 'namespace', namespace)
  before = await objectsInNone(cluster)
})

afterAll(async () => {
  for (const { name } of await cluster.helm.releases(namespace))
    await cluster.helm.does(['uninstall', name, '--namespace', namespace])
  await endNamespace(cluster, namespace)
  await dropDefinitions(cluster)
  cluster.close()
})

beforeEach(() => keepClusterEvidence(() => cluster))

interface Kept {
  readonly metadata: { readonly uid: string }
  readonly data: Readonly<Record<string, string>>
}

/** The keys of the release, and what tells that they are the same ones. */
async function keys(): Promise<readonly Kept[]> {
  const { items } = await cluster.get<List<Kept>>(
    'secret,configmap',
    '--namespace',
    namespace,
    '--selector',
    'app.kubernetes.io/managed-by=kubectl-parley',
  )
  return items.map(({ metadata: { uid }, data }) => ({ metadata: { uid }, data }))
}

const logLevels = async (): Promise<readonly (string | undefined)[]> =>
  (await release.podsOf('signaling')).map(
    ({ spec }) => spec.containers[0]?.env?.find(({ name }) => name === 'PARLEY_SIGNALING_LOG_LEVEL')?.value,
  )

test('without any value two operators, two signaling services and a Redis are ready, replicas on different nodes', async () => {
  release = await installRelease(cluster, { name: 'parley', namespace, values: {} })
  for (const [component, count] of [
    ['operator', 2],
    ['signaling', 2],
    ['redis', 1],
  ] as const) {
    const pods = await release.podsOf(component)
    expect({ component, ready: pods.filter(isReady).length }).toEqual({ component, ready: count })
    expect({ component, nodes: new Set(pods.map(({ spec }) => spec.nodeName)).size }).toEqual({ component, nodes: count })
  }
  expect((await release.entrance()).apiKey.secret.length).toBeGreaterThan(20)
})

test('an upgrade with a changed value reaches the Pods; keys and meetings stay as they are', async () => {
  await cluster.apply(meeting, '--namespace', namespace)
  const kept = await keys()
  expect(kept.length).toBeGreaterThan(0)
  await release.upgrade({ signaling: { logLevel: 'debug' } })
  expect(await logLevels()).toEqual(['debug', 'debug'])
  expect(await keys()).toEqual(kept)
  expect(await cluster.does('get', 'meetings', '--namespace', namespace, '-o', 'name')).toBe('meeting.parley.media/review\n')
})

test('a rollback brings the old value back; keys and meetings stay as they are', async () => {
  const kept = await keys()
  await release.rollback()
  expect(await logLevels()).toEqual(['info', 'info'])
  expect(await keys()).toEqual(kept)
  expect(await cluster.does('get', 'meetings', '--namespace', namespace, '-o', 'name')).toBe('meeting.parley.media/review\n')
})

test('an uninstall leaves the definitions and the meetings, and nothing else', async () => {
  await release.uninstall()
  // Pods take their leave after Helm has: they still serve for a moment.
  await waitFor(
    async () => {
      const left = (await objectsIn(cluster, namespace)).filter((name) => name !== 'meeting.parley.media/review')
      return left.length === 0 || missing(`the end of ${left.join(', ')}`)
    },
    { timeoutMs: 180_000, pollMs: 500 },
  )
  expect(await cluster.does('get', 'meetings', '--namespace', namespace, '-o', 'name')).toBe('meeting.parley.media/review\n')
  const after = await objectsInNone(cluster)
  expect(after.filter((name) => !before.includes(name))).toEqual(definitions)
  expect(before.filter((name) => !after.includes(name))).toEqual([])
})

test('another release, of another name, takes over the definitions and the meetings', async () => {
  release = await installRelease(cluster, { name: 'meet', namespace, values: {} })
  expect((await release.podsOf('operator')).filter(isReady)).toHaveLength(2)
  expect(await cluster.does('get', 'meetings', '--namespace', namespace, '-o', 'name')).toBe('meeting.parley.media/review\n')
  expect((await cluster.helm.releases(namespace)).map(({ name, status }) => `${name} ${status}`)).toEqual(['meet deployed'])
})
