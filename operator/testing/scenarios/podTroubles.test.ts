import { expect, test } from 'vitest'

import type { KubeEvent } from '../../kube/kinds.ts'
import { kinds } from '../../kube/kinds.ts'
import { badImages } from '../world/fakeKubernetes.ts'
import { aCluster, patchPool, poolStatus, quietWrites } from '../world/aCluster.ts'
import type { Simulation } from '../world/simulation.ts'

const readyOf = (simulation: Simulation) => poolStatus(simulation)?.conditions?.find(({ type }) => type === 'Ready')
const nodeReasons = (simulation: Simulation): readonly (string | undefined)[] =>
  simulation.cluster.objects(kinds.MediaNode).map(({ status }) => status?.conditions?.[0]?.reason)
const eventsOf = (simulation: Simulation, reason: string): readonly KubeEvent[] =>
  simulation.cluster.objects(kinds.Event).filter((event) => event.reason === reason)

test('an image that cannot be pulled is told once, and nothing is written while it stays so', async () => {
  const { simulation } = await aCluster({ replicas: 2, image: badImages.unpullable })
  expect(readyOf(simulation)).toMatchObject({ status: 'False', reason: 'TooFew' })
  expect(readyOf(simulation)?.message).toMatch(
    /^0 of 2 media nodes are ready; eu-\w+ \(and 1 more\): its image cannot be pulled: look at spec.image of the pool/,
  )
  expect(nodeReasons(simulation)).toEqual(['ImagePull', 'ImagePull'])
  expect(eventsOf(simulation, 'ImagePull')).toHaveLength(2)
  expect(await quietWrites(simulation, 600_000)).toEqual([])
})

test('a right image takes the place of one that cannot be pulled, without a surge', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 3, image: badImages.unpullable })
  patchPool(simulation, { image: 'parley-sfu:2' })
  await simulation.pass(30_000)
  expect(kubernetes.pods()).toHaveLength(3)
  expect(readyOf(simulation)).toMatchObject({ status: 'True', message: '3 of 3 media nodes are ready' })
})

test('an agent that keeps ending is told, with what to look at', async () => {
  const { simulation } = await aCluster({ replicas: 1, image: badImages.crashing })
  expect(nodeReasons(simulation)).toEqual(['CrashLoop'])
  expect(readyOf(simulation)?.message).toContain('its agent ended with code 2 and is started again: see kubectl logs eu-')
  expect(await quietWrites(simulation, 600_000)).toEqual([])
})

test('a Pod without room is told in the scheduler’s words', async () => {
  const { simulation } = await aCluster({ replicas: 4 })
  expect(readyOf(simulation)?.message).toContain(
    "no Kubernetes Node has room for its Pod: 0/3 nodes are available: 3 node(s) didn't have free ports",
  )
  expect(await quietWrites(simulation, 600_000)).toEqual([])
})

test('Pods that the kubelet gives up are replaced ever more rarely, never in a hot loop', async () => {
  const { simulation } = await aCluster({ replicas: 2, image: badImages.evicted })
  const made = () => simulation.cluster.written.filter((write) => write.startsWith('create Pod')).length
  await simulation.pass(600_000)
  const afterTen = made()
  expect(afterTen).toBeGreaterThan(4)
  expect(afterTen).toBeLessThan(30)
  await simulation.pass(1_800_000)
  expect(made() - afterTen).toBeLessThan(30)
})

test('Pod Security that refuses host ports is told with the label that it needs, and asked again rarely', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 0 })
  let asked = 0
  let strict = true
  const said =
    'pods "eu-x" is forbidden: violates PodSecurity "restricted:latest": hostPort (container "agent" uses hostPorts 40000)'
  simulation.cluster.admission = (kind) => {
    if (kind.kind !== 'Pod' || !strict) return undefined
    asked += 1
    return said
  }
  patchPool(simulation, { replicas: 1 })
  await simulation.pass(600_000)
  expect(nodeReasons(simulation)).toEqual(['PodRefused'])
  expect(readyOf(simulation)?.message).toContain(
    'Pod Security refuses its Pod, whose network mode is hostPort: ' +
      'kubectl label namespace demo pod-security.kubernetes.io/enforce=privileged, ' +
      `or set spec.network.mode of the pool to podNetwork. It said: ${said}`,
  )
  expect(eventsOf(simulation, 'PodRefused')).toHaveLength(1)
  expect(asked).toBeGreaterThan(3)
  expect(asked).toBeLessThan(10)
  strict = false
  await simulation.pass(310_000)
  expect(kubernetes.pods()).toHaveLength(1)
  expect(readyOf(simulation)).toMatchObject({ status: 'True' })
})

test('a Pod of its name that is somebody else’s is told, and not touched', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 0 })
  simulation.cluster.admission = (kind, draft) => {
    const { metadata } = draft as { metadata: { name: string; namespace: string } }
    if (kind.kind === 'MediaNode') simulation.cluster.put(kinds.Pod, { metadata: { ...metadata, ownerReferences: [] }, spec: {} })
    return undefined
  }
  patchPool(simulation, { replicas: 1 })
  await simulation.pass(5_000)
  expect(nodeReasons(simulation)).toEqual(['NameTaken'])
  expect(kubernetes.pods()).toHaveLength(1)
})

test('a MediaNode without an address that no pool made gets no Pod, and says why', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 0 })
  const metadata = { name: 'by-hand', namespace: 'demo', generation: 1 }
  simulation.cluster.put(kinds.MediaNode, { metadata, spec: { pool: 'eu', workers: 1, cordoned: false } })
  await simulation.pass(5_000)
  expect(nodeReasons(simulation)).toEqual(['NoAddress'])
  expect(kubernetes.pods()).toEqual([])
})

test('rights that are missing to make media nodes or budgets are told on the pool, and asked for again rarely', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 0 })
  let asked = 0
  let strict = true
  simulation.cluster.admission = (kind) => {
    if (kind.kind !== 'MediaNode' || !strict) return undefined
    asked += 1
    return 'medianodes.parley.media is forbidden: User "parley" cannot create resource "medianodes"'
  }
  patchPool(simulation, { replicas: 2 })
  await simulation.pass(600_000)
  expect(readyOf(simulation)).toMatchObject({ status: 'False', reason: 'CreateRefused' })
  expect(readyOf(simulation)?.message).toContain(
    'the API server refuses what the pool makes: medianodes.parley.media is forbidden',
  )
  expect(asked).toBeLessThan(20)
  strict = false
  await simulation.pass(310_000)
  expect(kubernetes.pods()).toHaveLength(2)
  expect(readyOf(simulation)).toMatchObject({ status: 'True' })
})

test('a Kubernetes Node without an address is told on the pool, and which field helps', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 0 })
  for (const host of ['k1', 'k2', 'k3']) kubernetes.host(host, {}, [])
  patchPool(simulation, { replicas: 1 })
  await simulation.pass(10_000)
  expect(readyOf(simulation)).toMatchObject({ status: 'False' })
  expect(readyOf(simulation)?.message).toContain(
    'its Kubernetes Node k1 has neither an ExternalIP nor an InternalIP: set spec.network.address of the pool',
  )
  const pool = simulation.cluster.object(kinds.MediaNodePool, 'eu')
  patchPool(simulation, { network: { mode: 'hostPort', requireReachable: false, ...pool?.spec.network, address: '203.0.113.7' } })
  await simulation.pass(10_000)
  expect(readyOf(simulation)).toMatchObject({ status: 'True', message: '1 of 1 media nodes are ready' })
})

test('a media node that falls silent is told on the pool', async () => {
  const { simulation } = await aCluster({ replicas: 1 })
  const [name = ''] = simulation.nodes.keys()
  simulation.cut.add(name)
  await simulation.pass(10_000)
  expect(readyOf(simulation)?.message).toMatch(/^0 of 1 media nodes are ready; eu-\w+: silent for more than \d+ s$/)
  simulation.cut.clear()
  await simulation.pass(10_000)
  expect(readyOf(simulation)).toMatchObject({ status: 'True', message: '1 of 1 media nodes are ready' })
})

test('a media node whose name was taken gets its Pod when the other one has gone', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 0 })
  simulation.cluster.admission = (kind, draft) => {
    const { metadata } = draft as { metadata: { name: string; namespace: string } }
    if (kind.kind !== 'MediaNode') return undefined
    simulation.cluster.put(kinds.Pod, { metadata: { ...metadata, labels: {}, ownerReferences: [] }, spec: {} })
    simulation.clock.after(60_000, () => simulation.cluster.remove(kinds.Pod, metadata))
    return undefined
  }
  patchPool(simulation, { replicas: 1 })
  await simulation.pass(30_000)
  expect(nodeReasons(simulation)).toEqual(['NameTaken'])
  await simulation.pass(120_000)
  expect(kubernetes.shown()).toEqual(['eu on k1 guard on serving true'])
  expect(readyOf(simulation)).toMatchObject({ status: 'True' })
})
