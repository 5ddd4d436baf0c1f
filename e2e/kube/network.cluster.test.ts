import { readFileSync } from 'node:fs'

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import { missing, waitFor } from '../../kit/wait.ts'
import { overHttp, overUdp } from '../support/reach.ts'
import { ownCluster, theCluster, type Cluster, type List } from './cluster.ts'
import { keepClusterEvidence } from './clusterEvidence.ts'
import { endNamespace } from './namespaces.ts'

/** A Pod as far as this file reads it. */
interface Pod {
  readonly metadata: { readonly name: string }
  readonly spec: { readonly nodeName: string }
  readonly status: { readonly podIP: string; readonly hostIP: string }
}

const namespace = 'network'
const cluster: Cluster = theCluster()
const inNamespace = ['--namespace', namespace]

const podsOf = async (app: string): Promise<readonly Pod[]> =>
  (await cluster.get<List<Pod>>('pods', '--selector', `app=${app}`, ...inNamespace)).items

const fromAPod = (...command: readonly string[]): Promise<string> =>
  cluster.does('exec', 'client', ...inNamespace, '--', ...command)

/**
 * A route or a rule may be a moment later than the Pod's readiness; and where another file has just taken the API server away, DNS hears of
 * new Services only after a minute: clients of Kubernetes' own make try after try further apart.
 */
const comesTo = (ask: () => Promise<string>, part: string): Promise<string> =>
  waitFor(
    async () => {
      const answer = await ask()
      return answer.includes(part) ? answer : missing(`${part} in ${answer}`)
    },
    { timeoutMs: 180_000, pollMs: 200 },
  )

beforeAll(async () => {
  if (cluster.own === undefined) return
  await cluster.does('create', 'namespace', namespace)
  await cluster.apply(readFileSync(new URL('echo.yaml', import.meta.url), 'utf8'), ...inNamespace)
  await cluster.does('rollout', 'status', 'deployment/echo', '--timeout=150s', ...inNamespace)
  await cluster.does('rollout', 'status', 'daemonset/host', '--timeout=150s', ...inNamespace)
  await cluster.does('wait', '--for=condition=Ready', 'pod/client', '--timeout=150s', ...inNamespace)
})

afterAll(async () => {
  if (cluster.own !== undefined) await endNamespace(cluster, namespace)
  cluster.close()
})

beforeEach((context) => {
  keepClusterEvidence(() => cluster)
  ownCluster(cluster, context, 'this looks at the network of the machine')
})

test('replicas stand on different nodes, and a Pod runs on each node', async () => {
  const nodes = (await cluster.get<List<{ metadata: { name: string } }>>('nodes')).items.map(({ metadata }) => metadata.name)
  expect(nodes).toEqual(['node-1', 'node-2', 'node-3'])
  expect(new Set((await podsOf('echo')).map(({ spec }) => spec.nodeName)).size).toBe(2)
  expect((await podsOf('host')).map(({ spec }) => spec.nodeName).toSorted()).toEqual(nodes)
})

test('a Pod resolves Services, by its search path too, and the Pods of a headless one', async () => {
  await comesTo(() => fromAPod('wget', '-qO-', 'http://echo'), 'hello from echo-')
  await comesTo(() => fromAPod('nslookup', `echo.${namespace}.svc.cluster.local`), '10.96.')
  for (const { status } of await podsOf('echo'))
    await comesTo(() => fromAPod('nslookup', `echo-pods.${namespace}.svc.cluster.local`), status.podIP)
})

test('a Pod reaches Pods of every node and the API server', async () => {
  for (const { metadata, status } of await podsOf('echo'))
    await comesTo(() => fromAPod('wget', '-qO-', `http://${status.podIP}:8080`), metadata.name)
  await comesTo(() => fromAPod('nc', '-w', '3', 'kubernetes.default', '443', '-e', 'true'), '')
})

test('the host reaches Pods, nodes, NodePorts, host ports and Services over TCP and UDP', async () => {
  for (const { metadata, status } of await podsOf('echo')) {
    await comesTo(() => overHttp(status.podIP, 8080), metadata.name)
    await comesTo(() => overUdp(status.podIP, 9090, 'ping'), 'ping')
  }
  for (const { status } of await podsOf('host')) {
    await comesTo(() => overHttp(status.hostIP, 8081), 'hello')
    await comesTo(() => overUdp(status.hostIP, 9091, 'ping'), 'ping')
    await comesTo(() => overHttp(status.hostIP, 30080), 'hello')
    await comesTo(() => overUdp(status.hostIP, 30090, 'ping'), 'ping')
  }
  const client = await cluster.get<Pod>('pod', 'client', ...inNamespace)
  await comesTo(() => overUdp(client.status.hostIP, 9092, 'ping'), 'ping')
  const { spec } = await cluster.get<{ spec: { clusterIP: string } }>('service', 'echo', ...inNamespace)
  await comesTo(() => overHttp(spec.clusterIP, 80), 'hello')
  await comesTo(() => overUdp(spec.clusterIP, 90, 'ping'), 'ping')
})

test('logs and port-forward reach a Pod through its kubelet', async () => {
  expect(await cluster.does('logs', 'client', ...inNamespace)).toBe('ready\n')
  const [pod] = await podsOf('echo')
  const forward = cluster.kubectl.start(['port-forward', `pod/${pod?.metadata.name}`, ':8080', ...inNamespace])
  try {
    const port = await waitFor(
      () => Number(/127\.0\.0\.1:(\d+)/.exec(forward.lines.join('\n'))?.[1]) || missing('the forwarded port'),
      { timeoutMs: 60_000 },
    )
    expect(await overHttp('127.0.0.1', port)).toContain(pod?.metadata.name)
  } finally {
    forward.stop()
  }
})

test('nothing leads out of the cluster', async (context) => {
  const { code, err } = await ownCluster(cluster, context, 'this looks into a node').inNode(1, [
    'ip',
    'route',
    'get',
    '192.0.2.1',
  ])
  expect({ code, err }).toEqual({ code: 2, err: 'RTNETLINK answers: Network is unreachable\n' })
})
