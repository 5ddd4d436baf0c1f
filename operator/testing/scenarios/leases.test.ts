import { expect, test } from 'vitest'

import { kinds } from '../../kube/kinds.ts'
import { leaseAnnotations } from '../../kube/lead/leaseRecord.ts'
import { anInstallation, placedIn } from '../processes/installation.ts'
import { namespace, type Simulation } from '../world/simulation.ts'

const ref = { namespace, name: 'parley-operator' }

/** The Lease of a backup from before the first term. */
function restoreLease({ cluster }: Simulation): void {
  cluster.remove(kinds.Lease, ref)
  cluster.put(kinds.Lease, {
    metadata: { ...ref, annotations: { [leaseAnnotations.epoch]: '0' } },
    spec: { holderIdentity: '', leaseTransitions: 0 },
  })
}

const epochsOf = (simulation: Simulation): readonly number[] =>
  [...simulation.nodes.values()].flatMap((node) => node.segments().map(({ epoch }) => epoch))

test('a standby that has seen the Lease of a term begins a later one, whatever a restored Lease tells', async () => {
  const simulation = await anInstallation()
  simulation.operator('two')
  await simulation.pass(5_000)
  restoreLease(simulation)
  await simulation.pass(20_000)
  expect(simulation.leader()?.control.epoch()).toBe(2)
})

test('an operator that begins with a restored Lease rises above what the media nodes know before its first order', async () => {
  const simulation = await anInstallation()
  placedIn(await simulation.join('standup', 'ann', { region: 'eu-west' }))
  await simulation.pass(2_000)
  expect(epochsOf(simulation)).toEqual([1])
  const epochs = new Map<number, Set<string>>()
  simulation.listeners.push({
    taken: ({ epoch }, operator) => void epochs.set(epoch, (epochs.get(epoch) ?? new Set()).add(operator)),
  })
  await simulation.operators.get('one')?.kill()
  restoreLease(simulation)
  simulation.operator('two')
  await simulation.pass(5_000)
  expect([...epochs]).toEqual([[2, new Set(['two'])]])
  expect(epochsOf(simulation)).toEqual([2])
})

test('of two leaders to whom a restored Lease gave one epoch, the one that holds it rises above the other', async () => {
  const simulation = await anInstallation()
  simulation.cutFromApi.add('one')
  restoreLease(simulation)
  simulation.operator('two')
  await simulation.pass(1_000)
  const orders: string[] = []
  simulation.listeners.push({ taken: ({ epoch }, operator) => void orders.push(`${operator} ${epoch}`) })
  expect([...simulation.operators.values()].map(({ control }) => control.epoch())).toEqual([1, 1])
  placedIn(await simulation.join('standup', 'ann', { region: 'eu-west' }))
  await simulation.pass(3_000)
  expect(epochsOf(simulation)).toEqual([2])
  expect(orders).toEqual(['one 1', 'two 2'])
})

test('a node that follows our last order and knows a later term all the same is told what to close in a later one still', async () => {
  const simulation = await anInstallation()
  const { node } = placedIn(await simulation.join('standup', 'ann', { region: 'eu-west' }))
  await simulation.pass(2_000)
  const agent = simulation.nodes.get(node)
  agent?.term.follow({ epoch: 7 })
  let calls = 0
  simulation.faults.agentCall = () => void (calls += 1)
  simulation.cluster.remove(kinds.Meeting, { namespace, name: 'standup' })
  await simulation.pass(2_000)
  expect(agent?.segments()).toEqual([])
  expect(calls).toBeLessThan(30)
})
