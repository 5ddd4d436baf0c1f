import { expect, test } from 'vitest'

import { kinds } from '../../kube/kinds.ts'
import type { CallFault } from '../faults/callFault.ts'
import { seededRandom } from '../../../kit/seededRandom.ts'
import { anInstallation, hosted, placedIn } from '../processes/installation.ts'
import { namespace, type Simulation } from '../world/simulation.ts'

const phaseOf = (simulation: Simulation, name: string): string | undefined => simulation.nodeObject(name)?.status?.phase
const drainOf = (simulation: Simulation, name: string) => simulation.nodeObject(name)?.status?.drain
const eventsOf = (simulation: Simulation, name: string): readonly string[] =>
  simulation.cluster
    .objects(kinds.Event)
    .filter((event) => event.involvedObject.name === name)
    .map(({ reason }) => reason)

/** Two people on eu-1, one on us-1. */
async function aMeetingOnTwoNodes(options: { random?: () => number } = {}): Promise<Simulation> {
  const simulation = await anInstallation(options)
  for (const name of ['ann', 'bob']) placedIn(await simulation.join('standup', name, { region: 'eu-west' }))
  placedIn(await simulation.join('standup', 'cid', { region: 'us-east' }))
  await simulation.pass(3_000)
  expect(hosted(simulation)).toEqual(['eu-1: standup (ann bob)', 'us-1: standup (cid)'])
  return simulation
}

test('a node that drains: its people go to another node, nobody else is touched, and it is drained', async () => {
  const simulation = await aMeetingOnTwoNodes()
  simulation.drain('eu-1', { deadlineSeconds: 600, reason: 'kernel upgrade' })
  await simulation.pass(3_000)
  // One of two is under way at a time, and the media of who is back stays a little longer.
  expect(hosted(simulation)).toEqual(['eu-1: standup (ann bob)', 'eu-2: standup (ann)', 'us-1: standup (cid)'])
  await simulation.pass(9_000)
  expect(hosted(simulation)).toEqual(['eu-2: standup (ann bob)', 'us-1: standup (cid)'])
  expect(simulation.nodes.get('us-1')?.segments()).toMatchObject([{ peers: [{ node: 'eu-2' }] }])
  await simulation.pass(5_000)
  expect(phaseOf(simulation, 'eu-1')).toBe('Drained')
  expect(drainOf(simulation, 'eu-1')).toEqual({
    reason: 'asked for by spec.drain: kernel upgrade',
    requestedAt: expect.any(String) as string,
    deadline: expect.any(String) as string,
    left: '0',
    moved: '2-5',
    blocked: false,
    message: 'nobody is left',
  })
  expect(simulation.nodeObject('eu-1')?.status?.participants).toBe('0')
  expect(await simulation.place('standup', 'dan', { region: 'eu-west' })).toMatchObject({ node: 'eu-2' })
  expect(simulation.meetingObject('standup')?.status).toMatchObject({ nodes: 'us-1,eu-2', phase: 'Active' })
})

test('its removal cancels a drain: the node takes work again, and its status tells of none', async () => {
  const simulation = await aMeetingOnTwoNodes()
  simulation.drain('eu-1', { deadlineSeconds: 600 })
  await simulation.pass(10_000)
  simulation.drain('eu-1', undefined)
  await simulation.pass(5_000)
  expect(phaseOf(simulation, 'eu-1')).toBe('Ready')
  expect(drainOf(simulation, 'eu-1')).toBeUndefined()
  expect(simulation.nodes.get('eu-1')?.drainReport()).not.toHaveProperty('ordered')
  simulation.drain('eu-2', { deadlineSeconds: 600 })
  await simulation.pass(10_000)
  expect(hosted(simulation)).toEqual(['eu-1: standup (ann bob)', 'us-1: standup (cid)'])
})

test('of two operators to whom a restored Lease gave one epoch, one has a node drain and the other does not end it', async () => {
  const simulation = await anInstallation()
  simulation.cutFromApi.add('one')
  const lease = { namespace, name: 'parley-operator' }
  simulation.cluster.remove(kinds.Lease, lease)
  simulation.cluster.put(kinds.Lease, { metadata: lease, spec: { holderIdentity: '', leaseTransitions: 0 } })
  simulation.operator('two')
  await simulation.pass(1_000)
  expect([...simulation.operators.values()].map(({ control }) => control.epoch())).toEqual([1, 1])
  const orders: string[] = []
  simulation.listeners.push({ taken: ({ verb, epoch }, operator) => void orders.push(`${operator} ${verb} ${epoch}`) })
  simulation.drain('eu-1', { deadlineSeconds: 600 })
  await simulation.pass(9_000)
  expect(orders).toEqual(['two drain 1'])
  expect(phaseOf(simulation, 'eu-1')).toBe('Drained')
})

test('a node that follows another operator of our epoch is drained in a later one', async () => {
  const simulation = await anInstallation()
  simulation.nodes.get('eu-1')?.drain({ epoch: 1, holder: 'another', draining: false })
  simulation.drain('eu-1', { deadlineSeconds: 600 })
  await simulation.pass(3_000)
  expect(phaseOf(simulation, 'eu-1')).toBe('Drained')
  expect(simulation.leader()?.control.epoch()).toBe(2)
})

test('where no other node has room people stay until the deadline, and status says why', async () => {
  const simulation = await aMeetingOnTwoNodes({ random: seededRandom(2) })
  const [eu2, us1] = [simulation.nodes.get('eu-2'), simulation.nodes.get('us-1')]
  if (eu2 === undefined || us1 === undefined) throw new Error('no such nodes')
  eu2.cpu = [0.95]
  us1.cpu = [0.95]
  await simulation.pass(2_000)
  simulation.drain('eu-1', { deadlineSeconds: 60 })
  await simulation.pass(30_000)
  expect(hosted(simulation)).toContain('eu-1: standup (ann bob)')
  expect(drainOf(simulation, 'eu-1')).toMatchObject({
    left: '2-5',
    moved: '0',
    blocked: true,
    message: 'people stay until the deadline: demo/standup: none of the 2 ready media nodes in eu-west, us-east has room',
  })
  const told = simulation.cluster.objects(kinds.Event).filter(({ reason }) => reason === 'DrainBlocked')
  expect(told.map(({ message }) => message)).toEqual([drainOf(simulation, 'eu-1')?.message])
  eu2.cpu = [0.1]
  await simulation.pass(15_000)
  expect(hosted(simulation)).toContain('eu-2: standup (ann bob)')
  expect(phaseOf(simulation, 'eu-1')).toBe('Drained')
})

test('a drain that is cancelled half-way keeps who is left where they are, and is told as that', async () => {
  const simulation = await aMeetingOnTwoNodes({ random: seededRandom(3) })
  for (const name of ['eu-2', 'us-1']) simulation.kill(name)
  await simulation.pass(5_000)
  simulation.drain('eu-1', { deadlineSeconds: 600 })
  await simulation.pass(5_000)
  simulation.drain('eu-1', undefined)
  await simulation.pass(5_000)
  expect(hosted(simulation)).toContain('eu-1: standup (ann bob)')
  expect(phaseOf(simulation, 'eu-1')).toBe('Ready')
  expect(eventsOf(simulation, 'eu-1')).toEqual(expect.arrayContaining(['Draining', 'DrainBlocked', 'DrainCancelled']))
})

test('at the deadline nobody stays, though there is no room', async () => {
  const simulation = await aMeetingOnTwoNodes()
  for (const name of ['eu-2', 'us-1']) simulation.kill(name)
  await simulation.pass(5_000)
  simulation.drain('eu-1', { deadlineSeconds: 30 })
  await simulation.pass(25_000)
  expect(hosted(simulation)).toContain('eu-1: standup (ann bob)')
  await simulation.pass(10_000)
  expect(phaseOf(simulation, 'eu-1')).toBe('Drained')
  simulation.start('eu-2')
  await simulation.pass(10_000)
  expect(hosted(simulation)).toContain('eu-2: standup (ann bob)')
})

test('the operator dies half-way: the node goes on draining, and the next operator finds it so, with the same deadline', async () => {
  const simulation = await anInstallation()
  for (let index = 0; index < 30; index++) placedIn(await simulation.join(`chat-${index}`, 'ann', { region: 'us-east' }))
  await simulation.pass(3_000)
  simulation.drain('us-1', { deadlineSeconds: 120 })
  await simulation.pass(1_500)
  const { deadline } = drainOf(simulation, 'us-1') ?? {}
  expect(simulation.nodes.get('us-1')?.drainReport()).toMatchObject({ left: 30, moved: 20 })
  await simulation.operators.get('one')?.kill()
  await simulation.pass(4_000)
  expect(simulation.nodes.get('us-1')?.drainReport()).toMatchObject({ moved: 30 })
  simulation.operator('two')
  await simulation.pass(30_000)
  expect(phaseOf(simulation, 'us-1')).toBe('Drained')
  expect(drainOf(simulation, 'us-1')).toMatchObject({ deadline })
  expect(hosted(simulation).filter((line) => line.startsWith('eu-') && line.endsWith('(ann)'))).toHaveLength(30)
})

test.each<CallFault>(['refused', 'lostAnswer', 'lostRequest'])(
  'an order to drain whose call ends with %s is sent again',
  async (fault) => {
    const simulation = await aMeetingOnTwoNodes()
    let left = 3
    simulation.faults.agentCall = (node) => (node === 'eu-1' && left-- > 0 ? fault : undefined)
    simulation.drain('eu-1', { deadlineSeconds: 600 })
    await simulation.pass(20_000)
    expect(left).toBeLessThan(1)
    expect(phaseOf(simulation, 'eu-1')).toBe('Drained')
  },
)

test('a node that was told to stop drains by itself; it takes nobody new, and comes back to work when it starts again', async () => {
  const simulation = await aMeetingOnTwoNodes()
  simulation.nodes.get('eu-1')?.stopBy(simulation.clock.nowMs() + 60_000)
  await simulation.pass(12_000)
  expect(drainOf(simulation, 'eu-1')).toMatchObject({ reason: 'the media node was told to stop', message: 'nobody is left' })
  expect(hosted(simulation)).toEqual(['eu-2: standup (ann bob)', 'us-1: standup (cid)'])
  simulation.kill('eu-1')
  simulation.start('eu-1')
  await simulation.pass(5_000)
  expect(phaseOf(simulation, 'eu-1')).toBe('Ready')
  expect(drainOf(simulation, 'eu-1')).toBeUndefined()
})

test('two nodes drain at once: everybody ends on the third, and each transition is an Event', async () => {
  const simulation = await aMeetingOnTwoNodes({ random: seededRandom(1) })
  for (const name of ['eu-1', 'us-1']) simulation.drain(name, { deadlineSeconds: 600 })
  await simulation.pass(20_000)
  expect(hosted(simulation)).toEqual([expect.stringMatching(/^eu-2: standup \((ann|bob|cid) (ann|bob|cid) (ann|bob|cid)\)$/)])
  expect(eventsOf(simulation, 'eu-1')).toEqual(expect.arrayContaining(['Draining', 'Drained']))
  simulation.drain('eu-1', undefined)
  await simulation.pass(5_000)
  expect(eventsOf(simulation, 'eu-1')).toContain('Ready')
})

test('once drained, nothing is written', async () => {
  const simulation = await aMeetingOnTwoNodes()
  simulation.drain('eu-1', { deadlineSeconds: 60 })
  await simulation.pass(120_000)
  const writes = (): readonly string[] => simulation.cluster.written.filter((write) => !write.includes('Lease'))
  const before = writes().length
  await simulation.pass(600_000)
  expect(writes().slice(before)).toEqual([])
})
