import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import {
  meetingGrants,
  namespaceGrants,
  nodeGrants,
  ownGrants,
  keysGrants,
  uninstallGrants,
  type Grant,
} from '../../charts/rbac.ts'
import { systemClock } from '../../kit/clock.ts'
import { missing, waitFor } from '../../kit/wait.ts'
import { requestsOf } from '../kube/audit.ts'
import { ownCluster, theCluster, type Cluster, type List } from '../kube/cluster.ts'
import { keepClusterEvidence } from '../kube/clusterEvidence.ts'
import { endNamespace } from '../kube/namespaces.ts'
import { joinByBrowser, type BrowserPerson } from '../support/browserPerson.ts'
import { startChromium } from '../support/chromium.ts'
import { linkAt } from '../support/entrance.ts'
import { allReceiveAll, asBrowserViewer } from '../support/flow.ts'
import { waysOf } from '../support/relay.ts'
import { dropDefinitions } from './definitions.ts'
import { imageValues } from './images.ts'
import { objectsIn, objectsInNone } from './objects.ts'
import { objectsOf } from './pools.ts'
import { installRelease, tryInstall, type Release } from './release.ts'

const cluster: Cluster = theCluster()
const namespace = 'parley-e2e-restricted'
const name = 'parley'
let release: Release

/** Longer than the operator waits before it tells counts, and than agents are asked whether they are reached. */
const idleMs = 75_000

/** Where the nodes give the TURN server's port. */
const turnPort = 30_478

/** A Kubernetes Node, as far as this file reads it. */
interface Node {
  readonly status: { readonly addresses: readonly { readonly type: string; readonly address: string }[] }
}

const pool = {
  region: 'here',
  replicas: 2,
  workers: 1,
  network: { mode: 'podNetwork' },
  overrides: { resources: { requests: { cpu: '200m', memory: '128Mi' } } },
}

// Whoever was in a meeting has gone without a word when it is uninstalled.
const hooks = { uninstall: { graceSeconds: 1 } }

/** A TURN server that a browser of this machine reaches at a node, and that relays to Pods: which addresses are whose is known of our own cluster only. */
async function turn(): Promise<object> {
  if (cluster.own === undefined) return {}
  const { items } = await cluster.get<List<Node>>('nodes')
  const host = items[0]?.status.addresses.find(({ type }) => type === 'InternalIP')?.address ?? ''
  const service = { type: 'NodePort', nodePort: turnPort }
  return {
    turn: {
      ...(imageValues()['turn'] as object),
      enabled: true,
      host,
      port: turnPort,
      peers: ['10.244.0.0-10.244.255.255'],
      service,
    },
  }
}

beforeAll(async () => {
  await cluster.does('create', 'namespace', namespace)
  await cluster.does('label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted')
  release = await installRelease(cluster, { name, namespace, values: { pools: { default: pool }, hooks, ...(await turn()) } })
  await objectsOf(cluster, namespace).poolIsReady('default', 2)
})

afterAll(async () => {
  await release.close()
  if ((await cluster.helm.releases(namespace)).length > 0) await release.uninstall()
  for (const each of [namespace, elsewhere]) await endNamespace(cluster, each)
  await dropDefinitions(cluster)
  cluster.close()
})

beforeEach(() => keepClusterEvidence(() => cluster))

/** `parley.media/meetings create`, for each verb of each kind. */
const linesOf = (grants: readonly Grant[]): readonly string[] =>
  grants.flatMap(({ group, resources, verbs }) =>
    resources.flatMap((resource) => Object.keys(verbs).map((verb) => `${group}/${resource} ${verb}`)),
  )

/** Another namespace, whose tests pass the time in which nobody does anything in this one. */
const elsewhere = 'parley-e2e-elsewhere'

test('an image that cannot be pulled: the install fails soon and names its Job, doctor names the image, and nothing stands in the way', async () => {
  const before = await objectsInNone(cluster)
  const values = { pools: { default: null }, hooks }
  const wrong = { ...values, operator: { image: { tag: 'missing' } }, hooks: { ...hooks, keys: { timeoutSeconds: 20 } } }
  const { err, code } = await tryInstall(cluster, { name, namespace: elsewhere, values: wrong })
  expect(code).toBe(1)
  expect(err).toContain('failed pre-install')
  expect(err).toContain('job parley-install-keys failed: DeadlineExceeded')
  const doctor = await cluster.kubectl.run(['parley', 'doctor', '--namespace', elsewhere])
  expect(doctor.code).toBe(1)
  expect(doctor.out).toMatch(/parley-install-keys was not done within 20 s, by the image \S+\/parley-operator:missing\n/)
  await cluster.helm.does(['uninstall', name, '--no-hooks', '--namespace', elsewhere])
  // The Job stays to be looked at; the next install takes its place.
  await waitFor(
    async () => {
      const left = await objectsIn(cluster, elsewhere)
      return left.join() === 'job.batch/parley-install-keys' || missing(`the end of all but the Job; there is ${left.join(', ')}`)
    },
    { timeoutMs: 180_000, pollMs: 500 },
  )
  expect(await objectsInNone(cluster)).toEqual(before)
  await (await installRelease(cluster, { name, namespace: elsewhere, values })).uninstall()
})

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

test('two people who can be reached by TURN alone meet through it', async (context) => {
  ownCluster(cluster, context, 'this needs a TURN server that a browser of this machine reaches')
  const [browser, entrance] = await Promise.all([startChromium(), release.entrance()])
  keepClusterEvidence(
    () => cluster,
    () => browser.contexts().flatMap((each) => each.pages()),
  )
  try {
    const link = await linkAt(entrance, { meeting: 'behind-a-wall' })
    const people: BrowserPerson[] = []
    for (const visitor of ['Ada', 'Bob']) people.push(await joinByBrowser(browser, { link, name: visitor, relayed: true }))
    await allReceiveAll(await Promise.all(people.map(asBrowserViewer)), 180_000)
    for (const { page } of people) expect(await waysOf(page)).toEqual(['relay', 'relay'])
  } finally {
    await browser.close()
  }
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
    [`${name}-operator`]: linesOf([...ownGrants, ...meetingGrants, ...namespaceGrants, ...nodeGrants]),
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
