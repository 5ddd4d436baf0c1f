import { expect, test } from 'vitest'

import type { KubeEvent } from '../../kube/kinds.ts'
import { kinds } from '../../kube/kinds.ts'
import { aCluster, poolStatus, quietWrites } from '../world/aCluster.ts'
import { badImages } from '../world/fakeKubernetes.ts'
import { Simulation } from '../world/simulation.ts'

const readyOf = (simulation: Simulation) => poolStatus(simulation)?.conditions?.find(({ type }) => type === 'Ready')
const nodeReasons = (simulation: Simulation): readonly (string | undefined)[] =>
  simulation.cluster.objects(kinds.MediaNode).map(({ status }) => status?.conditions?.[0]?.reason)
const eventsOf = (simulation: Simulation, reason: string): readonly KubeEvent[] =>
  simulation.cluster.objects(kinds.Event).filter((event) => event.reason === reason)

/** A pool of registered nodes, one of which has an address where nothing answers. */
async function aSilentNode() {
  const simulation = new Simulation()
  simulation.pool('eu')
  simulation.node('eu-1', 'eu')
  simulation.kill('eu-1')
  simulation.operator('one')
  await simulation.pass(10_000)
  return simulation
}

test('a registered media node where nothing answers says after a minute what to look at, once', async () => {
  const simulation = await aSilentNode()
  const ready = () => simulation.nodeObject('eu-1')?.status?.conditions?.[0]
  expect(ready()).toMatchObject({ reason: 'NeverHeard', message: 'never heard: its address refuses connections' })
  await simulation.pass(60_000)
  expect(simulation.nodeObject('eu-1')?.status?.phase).toBe('Pending')
  expect(ready()).toMatchObject({
    status: 'False',
    reason: 'NotAnswering',
    message:
      'not heard in 60 s and more: its address refuses connections; look whether its agent runs, and whether the operator reaches http://eu-1:1',
  })
  expect(eventsOf(simulation, 'NotAnswering')).toHaveLength(1)
  expect(await quietWrites(simulation, 600_000)).toEqual([])
  simulation.start('eu-1')
  await simulation.pass(10_000)
  expect(ready()).toMatchObject({ status: 'True' })
})

test('who comes to a pool whose only node does not answer waits for it a minute, and is put off after that', async () => {
  const simulation = await aSilentNode()
  expect(await simulation.join('standup', 'ann')).toMatchObject({ result: 'queued' })
  await simulation.pass(60_000)
  expect(await simulation.join('standup', 'ann')).toMatchObject({ result: 'tryAfter' })
})

test('a Pod that gets no container is told after a minute on node and pool, and another takes its place after ten', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 1, image: badImages.stuck })
  const [first] = kubernetes.pods()
  const name = first?.metadata.name ?? ''
  await simulation.pass(60_000)
  expect(nodeReasons(simulation)).toEqual(['SlowStart'])
  expect(readyOf(simulation)?.message).toBe(
    `0 of 1 media nodes are ready; ${name}: its Pod has not come to run in 60 s and more: see kubectl describe pod ${name}`,
  )
  expect(eventsOf(simulation, 'SlowStart')).toHaveLength(1)
  expect(await quietWrites(simulation, 520_000)).toEqual([])
  await simulation.pass(60_000)
  expect(kubernetes.has(name)).toBe(false)
  expect(kubernetes.pods()).toHaveLength(1)
})

test('a Pod whose agent is not heard is told after a minute on node and pool, and another takes its place after ten', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 1, image: badImages.mute })
  const [first] = kubernetes.pods()
  const name = first?.metadata.name ?? ''
  await simulation.pass(60_000)
  expect(nodeReasons(simulation)).toEqual(['NotAnswering'])
  expect(readyOf(simulation)?.message).toContain('its address refuses connections; look whether its agent runs')
  await simulation.pass(520_000)
  expect(kubernetes.has(name)).toBe(true)
  await simulation.pass(60_000)
  expect(kubernetes.has(name)).toBe(false)
  expect(kubernetes.pods()).toHaveLength(1)
})

test('Pods that never start are given up ever more rarely, and a leader that takes over gives each its minute first', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 2, image: badImages.mute })
  const made = () => simulation.cluster.written.filter((write) => write.startsWith('create Pod ')).length
  await simulation.pass(570_000)
  await simulation.leader()?.kill()
  simulation.operator('two')
  await simulation.pass(50_000)
  expect(made()).toBe(2)
  await simulation.pass(60_000)
  expect(made()).toBe(4)
  await simulation.pass(3_600_000)
  expect(made()).toBeLessThan(20)
  expect(kubernetes.pods().length).toBeLessThanOrEqual(2)
})

test('a Pod that some operator hears, since its kubelet calls it ready, is not given up by one that does not', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 1 })
  const [pod] = kubernetes.pods()
  const name = pod?.metadata.name ?? ''
  await simulation.leader()?.kill()
  const object = simulation.nodeObject(name)
  const { status: _, ...unknown } = object ?? {}
  simulation.cluster.put(kinds.MediaNode, unknown)
  simulation.cut.add(name)
  simulation.operator('two')
  await simulation.pass(1_200_000)
  expect(kubernetes.has(name)).toBe(true)
  expect(nodeReasons(simulation)).toEqual(['NotAnswering'])
})
