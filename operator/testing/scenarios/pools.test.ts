import { expect, test } from 'vitest'

import { commonErrors } from '../../../kit/errors.ts'
import { kinds } from '../../kube/kinds.ts'
import type { PlacementAnswer } from '../../api/placement.ts'
import { aCluster, patchPool, phases, poolOf, poolStatus, quietWrites, type ACluster } from '../world/aCluster.ts'
import { namespace } from '../world/simulation.ts'

const conditionOf = ({ simulation }: ACluster, wanted: string) =>
  poolStatus(simulation)?.conditions?.find(({ type }) => type === wanted)
const imagesOf = ({ kubernetes }: ACluster): readonly string[] =>
  kubernetes
    .pods()
    .map(({ spec }) => spec.containers?.[0]?.image ?? 'none')
    .toSorted()
const nameOf = (answer: PlacementAnswer): string => (answer.result === 'placed' ? answer.node : answer.reason)
const hostOf = ({ kubernetes }: ACluster, node: string): string =>
  kubernetes.pods().find(({ metadata }) => metadata.name === node)?.spec.nodeName ?? ''
const nodesOf = (simulation: ACluster['simulation']): readonly string[] =>
  simulation.cluster.objects(kinds.MediaNode).map(({ metadata }) => metadata.name)
/** Everybody who is in a meeting somewhere. */
const people = ({ simulation }: ACluster): readonly string[] =>
  [...simulation.nodes.values()]
    .flatMap((node) => node.segments().flatMap(({ participants }) => participants.map(({ participant }) => participant)))
    .toSorted()

/** Lets time pass while `kubectl drain` asks for evictions each second. */
async function evicting({ simulation, kubernetes }: ACluster, seconds: number, ...hosts: readonly string[]): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await simulation.pass(1_000)
    for (const host of hosts) kubernetes.evictFrom(host)
  }
}

test('a pool gets its media nodes, each with a Pod, and says so; then all is quiet', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 2 })
  expect(kubernetes.shown()).toEqual(['eu on k1 guard on serving true', 'eu on k2 guard on serving true'])
  expect(poolStatus(simulation)).toMatchObject({
    replicas: 2,
    ready: 2,
    draining: 0,
    selector: 'parley.media/pool=eu,parley.media/serving=true',
  })
  expect(poolOf(simulation)?.spec.image).toBe('parley-sfu:1')
  expect(simulation.cluster.objects(kinds.MediaNode).map(({ status }) => status?.host)).toEqual(['k1', 'k2'])
  expect(simulation.cluster.objects(kinds.PodDisruptionBudget)).toMatchObject([
    { metadata: { name: 'parley-eu' }, spec: { minAvailable: 1_000_000, unhealthyPodEvictionPolicy: 'AlwaysAllow' } },
  ])
  expect(await quietWrites(simulation, 600_000)).toEqual([])
})

test('without a number a pool has one, and without any image none', async () => {
  expect(phases((await aCluster()).simulation)).toEqual(['Ready'])
  const { simulation, kubernetes } = await aCluster({ replicas: 0 })
  await simulation.leader()?.stop()
  simulation.pods = { mediaImage: '', givenPools: [] }
  simulation.operator('two')
  simulation.pool('us')
  await simulation.pass(20_000)
  expect(kubernetes.pods()).toEqual([])
})

test('scaling up makes more of them, scaling down empties those with the fewest people first', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 2 })
  const ann = await simulation.join('standup', 'ann')
  patchPool(simulation, { replicas: 3 })
  await simulation.pass(10_000)
  expect(phases(simulation)).toEqual(['Ready', 'Ready', 'Ready'])
  patchPool(simulation, { replicas: 1 })
  await simulation.pass(20_000)
  expect(phases(simulation)).toEqual(['Ready'])
  expect(simulation.nodeObject(nameOf(ann))).toBeDefined()
  expect(kubernetes.pods()).toHaveLength(1)
})

test('nobody is lost when nodes with people leave', async () => {
  const cluster = await aCluster({ replicas: 2 })
  const { simulation } = cluster
  for (const [index, name] of ['ann', 'bob', 'cid', 'dee'].entries()) await simulation.join(`meeting-${index}`, name)
  patchPool(simulation, { replicas: 1 })
  await simulation.pass(60_000)
  expect(phases(simulation)).toEqual(['Ready'])
  expect(people(cluster)).toEqual(['ann', 'bob', 'cid', 'dee'])
})

test('a node that was decided to leave takes nobody new, though that could not be written yet', async () => {
  const { simulation } = await aCluster({ replicas: 2 })
  simulation.cluster.fail('patchStatus', ...Array.from({ length: 4 }, () => 'unavailable' as const))
  const before = nodesOf(simulation)
  patchPool(simulation, { replicas: 1 })
  await simulation.pass(200)
  expect(phases(simulation)).toEqual(['Ready', 'Ready'])
  const answers = await Promise.all(before.map((other) => simulation.place('new', 'ann', { excludeNodes: [other] })))
  expect(answers.map(({ result }) => result).toSorted()).toEqual(['placed', 'tryAfter'])
  await simulation.pass(120_000)
  expect(phases(simulation)).toEqual(['Ready'])
})

test('scaling up again keeps those that are still leaving', async () => {
  const { simulation } = await aCluster({ replicas: 2 })
  await Promise.all(['ann', 'bob'].map((name) => simulation.join(`of-${name}`, name)))
  const before = simulation.cluster.objects(kinds.MediaNode).map(({ metadata }) => metadata.name)
  patchPool(simulation, { replicas: 1 })
  await simulation.pass(500)
  expect(phases(simulation).join()).toContain('ScaleIn')
  patchPool(simulation, { replicas: 2 })
  await simulation.pass(20_000)
  expect(simulation.cluster.objects(kinds.MediaNode).map(({ metadata }) => metadata.name)).toEqual(before)
  expect(phases(simulation)).toEqual(['Ready', 'Ready'])
})

test('kubectl drain of a Kubernetes Node lets exactly its Pod go, when it is empty, and another one is made', async () => {
  const cluster = await aCluster({ replicas: 2 })
  const { simulation, kubernetes } = cluster
  const there = nameOf(await simulation.join('standup', 'ann'))
  await simulation.pass(2_000)
  const [host, other] = [hostOf(cluster, there), kubernetes.pods().find(({ metadata }) => metadata.name !== there)?.metadata.name]
  kubernetes.host(host, { unschedulable: true })
  kubernetes.evictFrom(host)
  expect(hostOf(cluster, there)).toBe(host)
  await evicting(cluster, 40, host)
  expect(kubernetes.pods().filter(({ spec }) => spec.nodeName === host)).toEqual([])
  expect(simulation.nodeObject(there)).toBeUndefined()
  expect(simulation.nodeObject(other ?? '')).toBeDefined()
  expect(phases(simulation)).toEqual(['Ready', 'Ready'])
  expect(people(cluster)).toEqual(['ann'])
})

test('two Kubernetes Nodes are drained at once', async () => {
  const cluster = await aCluster({ replicas: 3 })
  const { simulation, kubernetes } = cluster
  for (const name of ['ann', 'bob', 'cid']) await simulation.join(`of-${name}`, name)
  await simulation.pass(2_000)
  for (const host of ['k1', 'k2']) kubernetes.host(host, { unschedulable: true })
  await evicting(cluster, 60, 'k1', 'k2')
  expect(kubernetes.pods().flatMap(({ spec }) => spec.nodeName ?? [])).toEqual(['k3'])
  expect(kubernetes.pods()).toHaveLength(3)
  expect(people(cluster)).toEqual(['ann', 'bob', 'cid'])
})

test('a Kubernetes Node that is uncordoned in time keeps its Pod', async () => {
  const cluster = await aCluster({ replicas: 1 })
  const { simulation, kubernetes } = cluster
  for (const host of ['k2', 'k3']) kubernetes.host(host, { unschedulable: true })
  await simulation.join('standup', 'ann')
  kubernetes.host('k1', { unschedulable: true })
  await simulation.pass(5_000)
  expect(phases(simulation)).toEqual(['Draining NodeCordoned', 'Pending'])
  expect(kubernetes.shown()).toContain('eu on k1 guard on serving false')
  kubernetes.host('k1')
  await simulation.pass(30_000)
  expect(kubernetes.shown()).toEqual(['eu on k1 guard on serving true'])
  expect(phases(simulation)).toEqual(['Ready'])
  expect(people(cluster)).toEqual(['ann'])
})

test('a media node that takes no addresses, as one of an older version, is drained all the same', async () => {
  const cluster = await aCluster({ replicas: 1 })
  const { simulation, kubernetes } = cluster
  const [pod] = kubernetes.pods()
  const agent = simulation.nodes.get(pod?.metadata.name ?? '')
  if (agent !== undefined)
    agent.announce = () => {
      throw commonErrors.raise.not_found({ what: 'such path' })
    }
  kubernetes.host('k1', { unschedulable: true }, [{ type: 'ExternalIP', address: '203.0.113.1' }])
  await evicting(cluster, 30, 'k1')
  expect(kubernetes.pods().map(({ spec }) => spec.nodeName)).toEqual(['k2'])
})

test('a changed image replaces one after the other, a newer one first', async () => {
  const cluster = await aCluster({ replicas: 2 })
  const { simulation, kubernetes } = cluster
  for (const name of ['ann', 'bob']) await simulation.join(`of-${name}`, name)
  patchPool(simulation, { image: 'parley-sfu:2' })
  let fewest = Infinity
  for (let second = 0; second < 180; second++) {
    await simulation.pass(1_000)
    fewest = Math.min(fewest, kubernetes.pods().filter(({ status }) => status?.phase === 'Running').length)
  }
  expect(fewest).toBe(2)
  expect(imagesOf(cluster)).toEqual(['parley-sfu:2', 'parley-sfu:2'])
  expect(phases(simulation)).toEqual(['Ready', 'Ready'])
  expect(conditionOf(cluster, 'Updated')).toMatchObject({ status: 'True', reason: 'UpToDate' })
  expect(people(cluster)).toEqual(['ann', 'bob'])
})

test('where there is no room for one more, an older one makes room after a minute, and status says so', async () => {
  const cluster = await aCluster({ replicas: 3 })
  const { simulation } = cluster
  patchPool(simulation, { image: 'parley-sfu:2' })
  await simulation.pass(50_000)
  expect(imagesOf(cluster)).toEqual(['parley-sfu:1', 'parley-sfu:1', 'parley-sfu:1', 'parley-sfu:2'])
  expect(conditionOf(cluster, 'Updated')).toMatchObject({ status: 'False', reason: 'Waiting' })
  await simulation.pass(20_000)
  expect(conditionOf(cluster, 'Updated')).toMatchObject({ status: 'False', reason: 'Replacing' })
  await simulation.pass(120_000)
  expect(imagesOf(cluster)).toEqual(['parley-sfu:2', 'parley-sfu:2', 'parley-sfu:2'])
  expect(conditionOf(cluster, 'Updated')).toMatchObject({ status: 'True' })
})

test('a rollout to an image that never runs stops at one, and the way back is quick', async () => {
  const cluster = await aCluster({ replicas: 2 })
  const { simulation } = cluster
  patchPool(simulation, { image: 'unpullable' })
  await simulation.pass(600_000)
  expect(imagesOf(cluster)).toEqual(['parley-sfu:1', 'parley-sfu:1', 'unpullable'])
  expect(conditionOf(cluster, 'Updated')?.message).toContain('its image cannot be pulled')
  patchPool(simulation, { image: 'parley-sfu:1' })
  await simulation.pass(20_000)
  expect(imagesOf(cluster)).toEqual(['parley-sfu:1', 'parley-sfu:1'])
  expect(conditionOf(cluster, 'Updated')).toMatchObject({ status: 'True' })
})

test('a newer operator tells of its image, and rolls it out only where the pool follows it', async () => {
  const cluster = await aCluster({ replicas: 1 })
  const { simulation } = cluster
  await simulation.leader()?.stop()
  simulation.pods = { mediaImage: 'parley-sfu:2', givenPools: [] }
  simulation.operator('two')
  await simulation.pass(60_000)
  expect(imagesOf(cluster)).toEqual(['parley-sfu:1'])
  expect(conditionOf(cluster, 'UpdateAvailable')).toMatchObject({ status: 'True' })
  patchPool(simulation, { update: { policy: 'Auto' } })
  await simulation.pass(120_000)
  expect(imagesOf(cluster)).toEqual(['parley-sfu:2'])
  expect(conditionOf(cluster, 'UpdateAvailable')).toMatchObject({ status: 'False' })
})

test('a MediaNode that a person deletes takes its Pod along, and another one is made', async () => {
  const cluster = await aCluster({ replicas: 1 })
  const { simulation, kubernetes } = cluster
  const there = nameOf(await simulation.join('standup', 'ann'))
  simulation.cluster.delete(kinds.MediaNode, { namespace, name: there })
  await simulation.pass(30_000)
  expect(kubernetes.has(there)).toBe(false)
  expect(phases(simulation)).toEqual(['Ready'])
  expect(people(cluster)).toEqual(['ann'])
})

test('a pool that is deleted takes all along, and nothing is made again', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 3 })
  simulation.cluster.remove(kinds.MediaNodePool, { namespace, name: 'eu' })
  await simulation.pass(60_000)
  expect(kubernetes.pods()).toEqual([])
  expect(simulation.cluster.objects(kinds.MediaNode)).toEqual([])
  expect(simulation.cluster.objects(kinds.PodDisruptionBudget)).toEqual([])
})

test('an operator that dies half-way through a rollout is followed by one that finishes it', async () => {
  const cluster = await aCluster({ replicas: 2 })
  const { simulation } = cluster
  await simulation.join('standup', 'ann')
  patchPool(simulation, { image: 'parley-sfu:2' })
  for (let operator = 0; operator < 6; operator++) {
    await simulation.pass(5_000)
    for (const each of [...simulation.operators.values()]) await each.kill()
    simulation.operator(`next-${operator}`)
    await simulation.pass(20_000)
  }
  await simulation.pass(60_000)
  expect(imagesOf(cluster)).toEqual(['parley-sfu:2', 'parley-sfu:2'])
  expect(people(cluster)).toEqual(['ann'])
})

test('answers that are lost make nothing twice', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 0 })
  simulation.cluster.fail('create', ...Array.from({ length: 6 }, () => 'lostAnswer' as const))
  patchPool(simulation, { replicas: 3 })
  await simulation.pass(30_000)
  expect(phases(simulation)).toEqual(['Ready', 'Ready', 'Ready'])
  expect(kubernetes.pods()).toHaveLength(3)
})

test.each([10_000, 80_000])(
  'a cache that is %i ms late makes nothing twice and deletes nothing that is needed',
  async (lateMs) => {
    const { simulation, kubernetes } = await aCluster({ replicas: 1 })
    patchPool(simulation, { replicas: 2 })
    simulation.cluster.holdWatches(true) // What asks for it was told, what is made is not.
    await simulation.pass(lateMs)
    const made = simulation.cluster.written.filter((write) => write.startsWith('create MediaNode '))
    expect(made.length).toBeLessThanOrEqual(2)
    simulation.cluster.holdWatches(false)
    await simulation.pass(20_000)
    expect(phases(simulation)).toEqual(['Ready', 'Ready'])
    expect(kubernetes.pods()).toHaveLength(2)
  },
)

test('a leader whose caches stand still as its term begins makes nothing that the one before made', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 1 })
  const second = simulation.operator('two')
  await simulation.pass(5_000)
  patchPool(simulation, { replicas: 4 })
  simulation.cluster.holdWatches(true) // Both know what is asked for, and not what is made of it.
  await simulation.pass(5_000)
  const made = nodesOf(simulation)
  expect(made).toHaveLength(4)
  await simulation.operators.get('one')?.kill()
  await simulation.pass(60_000)
  expect(second.control.leads()).toBe(true)
  expect(nodesOf(simulation)).toEqual(made)
  simulation.cluster.holdWatches(false)
  await simulation.pass(60_000)
  expect(nodesOf(simulation)).toEqual(made)
  expect(kubernetes.pods()).toHaveLength(4)
  patchPool(simulation, { replicas: 5 })
  await simulation.pass(20_000)
  expect(nodesOf(simulation)).toHaveLength(5)
})

test('a budget that somebody changed or deleted is made as it was', async () => {
  const { simulation } = await aCluster({ replicas: 1 })
  const [budget] = simulation.cluster.objects(kinds.PodDisruptionBudget)
  const ref = { namespace, name: 'parley-eu' }
  simulation.cluster.put(kinds.PodDisruptionBudget, { ...budget, spec: { ...budget?.spec, minAvailable: 0 } })
  await simulation.pass(5_000)
  expect(simulation.cluster.object(kinds.PodDisruptionBudget, 'parley-eu')?.spec.minAvailable).toBe(1_000_000)
  simulation.cluster.remove(kinds.PodDisruptionBudget, ref)
  await simulation.pass(5_000)
  expect(simulation.cluster.object(kinds.PodDisruptionBudget, 'parley-eu')?.spec.minAvailable).toBe(1_000_000)
})

test('pools of an installation are made once: one that a person deleted stays deleted, also for the next leader', async () => {
  const { simulation } = await aCluster()
  const given = ['eu', 'us'].map((name) => ({ name, spec: { region: name, replicas: 0 } }))
  simulation.pods = { mediaImage: '', givenPools: given }
  await simulation.leader()?.stop()
  const two = simulation.operator('two')
  await simulation.pass(20_000)
  const names = () => simulation.cluster.objects(kinds.MediaNodePool).map(({ metadata }) => metadata.name)
  expect(names()).toEqual(['eu', 'us'])
  expect(poolOf(simulation)?.spec.replicas).toBeUndefined()
  simulation.cluster.remove(kinds.MediaNodePool, { namespace, name: 'us' })
  await two.kill()
  simulation.operator('three')
  await simulation.pass(40_000)
  expect(names()).toEqual(['eu'])
})

test('pools and media nodes of other namespaces are nobody’s: nothing is made for them', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 1 })
  const metadata = { name: 'eu', namespace: 'somebody-else', uid: 'pool-elsewhere', generation: 1 }
  simulation.cluster.put(kinds.MediaNodePool, { ...poolOf(simulation), metadata })
  const owner = {
    apiVersion: 'parley.media/v1alpha1',
    kind: 'MediaNodePool',
    name: 'eu',
    uid: 'pool-elsewhere',
    controller: true,
  }
  simulation.cluster.put(kinds.MediaNode, {
    metadata: { name: 'eu-other', namespace: 'somebody-else', generation: 1, ownerReferences: [owner] },
    spec: { pool: 'eu', workers: 1, cordoned: false },
  })
  await simulation.pass(30_000)
  expect(kubernetes.pods().map(({ metadata: { namespace: where } }) => where)).toEqual([namespace])
  expect(simulation.cluster.objects(kinds.MediaNode).filter(({ status }) => status !== undefined)).toHaveLength(1)
})

test('media nodes that others registered by their address are not counted by a pool that makes Pods', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 1 })
  simulation.node('outside', 'eu')
  await simulation.pass(10_000)
  expect(simulation.nodeObject('outside')?.status?.phase).toBe('Ready')
  expect(kubernetes.pods()).toHaveLength(1)
  expect(poolStatus(simulation)).toMatchObject({ replicas: 1, ready: 1 })
  patchPool(simulation, { replicas: 0 })
  await simulation.pass(10_000)
  expect(kubernetes.pods()).toEqual([])
  expect(simulation.nodeObject('outside')?.status?.phase).toBe('Ready')
})

test('a Pod that is being deleted is no replica any more', async () => {
  const cluster = await aCluster({ replicas: 3 })
  const { simulation, kubernetes } = cluster
  const there = nameOf(await simulation.join('standup', 'ann'))
  for (const host of ['k1', 'k2', 'k3']) if (host !== hostOf(cluster, there)) kubernetes.host(host, { unschedulable: true })
  await simulation.pass(10_000)
  simulation.cluster.delete(kinds.Pod, { namespace, name: there })
  await simulation.pass(500)
  expect(kubernetes.has(there)).toBe(true)
  expect(poolStatus(simulation)?.replicas).toBe(3) // Its replacement and the two others that wait for room.
})
