import { expect, test } from 'vitest'

import type { ObjectRef } from '../../kube/objects.ts'
import { kinds } from '../../kube/kinds.ts'
import { aCluster, patchPool, poolStatus, quietWrites } from '../world/aCluster.ts'
import { namespace, type Simulation } from '../world/simulation.ts'

const readyOf = (simulation: Simulation) => poolStatus(simulation)?.conditions?.find(({ type }) => type === 'Ready')

/** Somebody else takes each name of a media node right before the operator does, as long as `takes` says so. */
function takeNames(simulation: Simulation, takes: () => boolean): string[] {
  const taken: string[] = []
  simulation.cluster.admission = (kind, draft) => {
    if (kind.kind !== 'MediaNode' || !takes()) return undefined
    const { name } = (draft as { metadata: ObjectRef }).metadata
    taken.push(name)
    const spec = { pool: 'elsewhere', address: `http://${name}:1`, workers: 1, cordoned: false }
    simulation.cluster.put(kinds.MediaNode, { metadata: { name, namespace, generation: 1 }, spec })
    return undefined
  }
  return taken
}

test('a pool whose new name somebody else has takes another, and touches nothing of theirs', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 0 })
  const taken = takeNames(simulation, () => taken.length < 2)
  patchPool(simulation, { replicas: 2 })
  await simulation.pass(10_000)
  expect(taken).toHaveLength(2)
  expect(kubernetes.pods()).toHaveLength(2)
  expect(readyOf(simulation)).toMatchObject({ status: 'True', message: '2 of 2 media nodes are ready' })
  for (const name of taken) expect(simulation.nodeObject(name)?.spec.address).toBe(`http://${name}:1`)
})

test('a pool all of whose names are taken says so and asks again ever more rarely', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 0 })
  let takes = true
  const taken = takeNames(simulation, () => takes)
  patchPool(simulation, { replicas: 1 })
  await simulation.pass(150_000)
  expect(readyOf(simulation)).toMatchObject({ status: 'False', reason: 'NameTaken' })
  expect(readyOf(simulation)?.message).toContain('is taken by a MediaNode that it did not make')
  expect(taken.length).toBeGreaterThan(6)
  expect(taken.length).toBeLessThan(25)
  takes = false
  await simulation.pass(310_000)
  expect(kubernetes.pods()).toHaveLength(1)
  expect(readyOf(simulation)).toMatchObject({ status: 'True' })
})

const ofBudget = { namespace, name: 'parley-eu' }
const foreignSpec = {
  minAvailable: 1,
  selector: { matchLabels: { app: 'other' } },
  unhealthyPodEvictionPolicy: 'IfHealthyBudget',
}

test('a budget of its name that is somebody else’s is left as it is, told, and made when that has gone', async () => {
  const { simulation } = await aCluster({ replicas: 1 })
  simulation.cluster.remove(kinds.PodDisruptionBudget, ofBudget)
  simulation.cluster.put(kinds.PodDisruptionBudget, { metadata: { ...ofBudget, labels: {} }, spec: foreignSpec })
  await simulation.pass(10_000)
  expect(readyOf(simulation)).toMatchObject({ status: 'False', reason: 'NameTaken' })
  expect(readyOf(simulation)?.message).toContain(
    "there is a PodDisruptionBudget parley-eu that is not the pool's: delete it or give it another name",
  )
  expect(simulation.cluster.object(kinds.PodDisruptionBudget, 'parley-eu')?.spec).toEqual(foreignSpec)
  await simulation.pass(600_000)
  expect(await quietWrites(simulation, 600_000)).toEqual([])
  simulation.cluster.remove(kinds.PodDisruptionBudget, ofBudget)
  await simulation.pass(310_000)
  expect(simulation.cluster.object(kinds.PodDisruptionBudget, 'parley-eu')?.spec.minAvailable).toBe(1_000_000)
  expect(readyOf(simulation)).toMatchObject({ status: 'True' })
})

test('its own budget whose labels somebody took away is found by its name and made whole', async () => {
  const { simulation } = await aCluster({ replicas: 1 })
  const budget = simulation.cluster.object(kinds.PodDisruptionBudget, 'parley-eu')
  simulation.cluster.remove(kinds.PodDisruptionBudget, ofBudget)
  simulation.cluster.put(kinds.PodDisruptionBudget, {
    ...budget,
    metadata: { ...budget?.metadata, labels: {} },
    spec: foreignSpec,
  })
  await simulation.pass(10_000)
  const mended = simulation.cluster.object(kinds.PodDisruptionBudget, 'parley-eu')
  expect(mended?.spec.minAvailable).toBe(1_000_000)
  expect(mended?.metadata.labels).toEqual(budget?.metadata.labels)
  expect(readyOf(simulation)).toMatchObject({ status: 'True' })
})
