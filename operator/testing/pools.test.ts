import { expect, test } from 'vitest'

import type { MediaNodePool } from '../../crds/index.ts'
import { kinds } from '../kube/kinds.ts'
import { FakeKubernetes } from './fakeKubernetes.ts'
import { seededRandom } from './history.ts'
import { namespace, Simulation } from './simulation.ts'

/** An empty pool `eu` with `replicas` on three Kubernetes Nodes, and an operator that leads. */
async function aCluster(
  spec: Partial<MediaNodePool['spec']> = {},
): Promise<{ simulation: Simulation; kubernetes: FakeKubernetes }> {
  const simulation = new Simulation({ random: seededRandom(1) })
  simulation.pods = { mediaImage: 'parley-sfu:1', givenPools: [] }
  const kubernetes = new FakeKubernetes(simulation, ['k1', 'k2', 'k3'])
  simulation.pool('eu', spec)
  simulation.operator('one')
  await simulation.pass(10_000)
  return { simulation, kubernetes }
}

const statusOf = (simulation: Simulation) => simulation.cluster.object(kinds.MediaNodePool, 'eu')?.status

test('a pool gets its media nodes, each with a Pod, and says so', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 2 })
  expect(kubernetes.shown()).toEqual(['eu on k1 guard on serving true', 'eu on k2 guard on serving true'])
  expect(statusOf(simulation)).toMatchObject({
    replicas: 2,
    ready: 2,
    draining: 0,
    selector: 'parley.media/pool=eu,parley.media/serving=true',
  })
})

/** What people can be told: the names of the media nodes, by phase. */
const phases = (simulation: Simulation): readonly string[] =>
  simulation.cluster
    .objects(kinds.MediaNode)
    .map(({ status }) => `${status?.phase}${status?.disruptions?.map(({ source }) => ` ${source}`).join('') ?? ''}`)
    .toSorted()

function patch(simulation: Simulation, spec: Partial<MediaNodePool['spec']>): void {
  const pool = simulation.cluster.object(kinds.MediaNodePool, 'eu')
  simulation.cluster.put(kinds.MediaNodePool, { ...pool, spec: { ...pool?.spec, ...spec } })
}

test('scaling up makes more of them, scaling down empties those with the fewest people first', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 2 })
  const ann = await simulation.join('standup', 'ann')
  patch(simulation, { replicas: 3 })
  await simulation.pass(10_000)
  expect(phases(simulation)).toEqual(['Ready', 'Ready', 'Ready'])
  patch(simulation, { replicas: 1 })
  await simulation.pass(20_000)
  expect(phases(simulation)).toEqual(['Ready'])
  expect(ann).toMatchObject({ node: simulation.cluster.objects(kinds.MediaNode)[0]?.metadata.name })
  expect(kubernetes.pods()).toHaveLength(1)
})

test('kubectl drain of a Kubernetes Node lets exactly its Pod go, when it is empty, and another one is made', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 2 })
  const ann = await simulation.join('standup', 'ann')
  await simulation.pass(2_000)
  const [there] = kubernetes.pods().filter(({ metadata }) => ann.result === 'placed' && metadata.name === ann.node)
  const host = there?.spec.nodeName ?? ''
  kubernetes.host(host, { unschedulable: true })
  for (let second = 0; second < 30; second++) {
    await simulation.pass(1_000)
    kubernetes.evictFrom(host)
  }
  expect(kubernetes.pods().filter(({ spec }) => spec.nodeName === host)).toEqual([])
  expect(phases(simulation)).toEqual(['Ready', 'Ready'])
})

test('a changed image replaces one after the other, a newer one first', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 2 })
  patch(simulation, { image: 'parley-sfu:2' })
  await simulation.pass(120_000)
  expect(kubernetes.pods().map(({ spec }) => spec.containers?.[0]?.image)).toEqual(['parley-sfu:2', 'parley-sfu:2'])
  expect(phases(simulation)).toEqual(['Ready', 'Ready'])
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
  expect(simulation.cluster.object(kinds.MediaNodePool, 'eu')?.spec.replicas).toBeUndefined()
  simulation.cluster.remove(kinds.MediaNodePool, { namespace, name: 'us' })
  await two.kill()
  simulation.operator('three')
  await simulation.pass(40_000)
  expect(names()).toEqual(['eu'])
})
