import { expect, test } from 'vitest'

import { kinds } from '../../kube/kinds.ts'
import type { CallFault } from '../faults/callFault.ts'
import { anInstallation, hosted, placedIn } from '../processes/installation.ts'
import { namespace, type Simulation } from '../world/simulation.ts'

const fences = (simulation: Simulation): readonly string[] =>
  [...simulation.nodes.values()].flatMap((node) =>
    node.segments().map(({ epoch, generation }) => `${node.name} ${epoch}/${generation}`),
  )

test('a new operator finds the meetings on the nodes: nobody is moved, and joins go on in the same incarnation', async () => {
  const simulation = await anInstallation()
  const ann = placedIn(await simulation.join('standup', 'ann', { region: 'eu-west' }))
  const chat = placedIn(await simulation.join('chat', 'cid', { region: 'us-east' }))
  await simulation.pass(2_000)
  await simulation.operators.get('one')?.kill()
  simulation.operator('two')
  await simulation.pass(20_000)
  expect(simulation.leader()?.name).toBe('two')
  const bob = placedIn(await simulation.join('standup', 'bob', { region: 'eu-west' }))
  const dan = placedIn(await simulation.join('chat', 'dan', { region: 'us-east' }))
  expect(bob).toMatchObject({ node: ann.node, meeting: ann.meeting })
  expect(dan).toMatchObject({ node: chat.node, meeting: chat.meeting })
  await simulation.pass(2_000)
  expect(fences(simulation)).toEqual(['eu-1 2/2', 'us-1 2/2'])
})

test('a node that dies is lost by two signs, its people go elsewhere, and it comes back empty', async () => {
  const simulation = await anInstallation()
  const ann = placedIn(await simulation.join('standup', 'ann', { region: 'eu-west' }))
  placedIn(await simulation.join('standup', 'bob', { region: 'us-east' }))
  await simulation.pass(2_000)
  simulation.kill(ann.node)
  await simulation.pass(1_000)
  const again = placedIn(await simulation.join('standup', 'ann', { region: 'eu-west', excludeNodes: [ann.node] }))
  expect(again).toMatchObject({ node: 'eu-2', meeting: ann.meeting })
  await simulation.pass(5_000)
  expect(simulation.nodeObject(ann.node)?.status).toMatchObject({ phase: 'Lost', participants: '0' })
  expect(simulation.meetingObject('standup')?.status).toMatchObject({ nodes: 'us-1,eu-2', phase: 'Active' })
  expect(simulation.nodes.get('us-1')?.segments()).toMatchObject([{ peers: [{ node: 'eu-2' }] }])
  simulation.start(ann.node)
  await simulation.pass(5_000)
  expect(simulation.nodeObject(ann.node)?.status?.phase).toBe('Ready')
  expect(hosted(simulation)).toEqual(['eu-2: standup (ann)', 'us-1: standup (bob)'])
})

test('silence is not death: a node that nobody hears keeps its people and takes nobody new', async () => {
  const simulation = await anInstallation()
  placedIn(await simulation.join('standup', 'ann', { region: 'eu-west' }))
  placedIn(await simulation.join('standup', 'bob', { region: 'us-east' }))
  await simulation.pass(2_000)
  const before = fences(simulation)
  simulation.cut.add('eu-1')
  await simulation.pass(60_000)
  expect(simulation.nodeObject('eu-1')?.status).toMatchObject({ phase: 'NotReady', participants: '1' })
  expect(simulation.meetingObject('standup')?.status).toMatchObject({
    nodes: 'eu-1,us-1',
    conditions: [{ type: 'Ready', status: 'False', reason: 'NodeSilent' }, { type: 'Stalled' }],
  })
  expect(await simulation.place('standup', 'cid', { region: 'eu-west' })).toMatchObject({ node: 'eu-2' })
  await simulation.pass(100_000)
  simulation.cut.delete('eu-1')
  await simulation.pass(30_000)
  expect(hosted(simulation)).toEqual(['eu-1: standup (ann)', 'us-1: standup (bob)'])
  expect(simulation.meetingObject('standup')?.status).toMatchObject({ conditions: [{ status: 'True' }, {}] })
  expect(fences(simulation).length).toBe(before.length)
})

test('a cordoned node keeps its people and takes nobody new', async () => {
  const simulation = await anInstallation()
  placedIn(await simulation.join('standup', 'ann', { region: 'us-east' }))
  await simulation.pass(1_000)
  const object = simulation.nodeObject('us-1')
  simulation.cluster.put(kinds.MediaNode, { ...object, spec: { ...object?.spec, cordoned: true } })
  await simulation.pass(5_000)
  expect(simulation.nodeObject('us-1')?.status?.phase).toBe('Cordoned')
  expect(await simulation.place('standup', 'bob', { region: 'us-east' })).toMatchObject({
    node: 'eu-1',
    reason: 'us-east has no media node that is ready; least loaded of 2 in eu-west (load 0.00)',
  })
  expect(hosted(simulation)).toEqual(['us-1: standup (ann)'])
})

test.each<CallFault>(['refused', 'lostAnswer', 'lostRequest'])(
  'orders whose calls end with %s reach the nodes all the same',
  async (fault) => {
    const simulation = await anInstallation()
    let left = 4
    simulation.faults.agentCall = () => (left-- > 0 ? fault : undefined)
    placedIn(await simulation.join('standup', 'ann', { region: 'eu-west' }))
    placedIn(await simulation.join('standup', 'bob', { region: 'us-east' }))
    await simulation.pass(10_000)
    expect(left).toBeLessThan(4)
    expect(simulation.nodes.get('eu-1')?.segments()).toMatchObject([{ peers: [{ node: 'us-1' }], epoch: 1 }])
    expect(simulation.nodes.get('us-1')?.segments()).toMatchObject([{ peers: [{ node: 'eu-1' }], epoch: 1 }])
  },
)

test('a Lease that was deleted locks nobody out: the next leader rises above what the nodes have seen', async () => {
  const simulation = await anInstallation()
  placedIn(await simulation.join('standup', 'ann', { region: 'eu-west' }))
  await simulation.pass(2_000)
  for (const name of ['eu-1', 'eu-2', 'us-1']) {
    const node = simulation.nodes.get(name)
    node?.term.follow({ epoch: 40 })
  }
  const bob = placedIn(await simulation.join('standup', 'bob', { region: 'us-east' }))
  await simulation.pass(20_000)
  expect(simulation.nodes.get(bob.node)?.segments()[0]?.epoch).toBeGreaterThan(39)
  expect(simulation.leader()?.control.epoch()).toBeGreaterThan(39)
  await simulation.operators.get('one')?.kill()
  simulation.cluster.remove(kinds.Lease, { namespace, name: 'parley-operator' })
  const epoch = simulation.nodes.get(bob.node)?.term.epoch ?? 0
  simulation.operator('two')
  await simulation.pass(20_000)
  expect(simulation.leader()?.control.epoch()).toBeGreaterThan(epoch)
})

test('what was placed by fallback is adopted by an order', async () => {
  const simulation = await anInstallation()
  const chat = { namespace, name: 'chat', incarnation: simulation.mintUlid() }
  simulation.nodes.get('us-1')?.attach(chat, { participant: 'bob', attachment: simulation.mintUlid(), fallback: true })
  await simulation.pass(2_000)
  expect(simulation.nodes.get('us-1')?.segments()).toMatchObject([{ fallback: false, epoch: 1 }])
})

test('two nodes that both took a meeting by fallback are joined by a pipe', async () => {
  const simulation = await anInstallation()
  const meeting = { namespace, name: 'chat', incarnation: simulation.mintUlid() }
  await simulation.operators.get('one')?.kill()
  simulation.nodes.get('us-1')?.attach(meeting, { participant: 'bob', attachment: simulation.mintUlid(), fallback: true })
  simulation.nodes.get('eu-1')?.attach(meeting, { participant: 'ann', attachment: simulation.mintUlid(), fallback: true })
  simulation.operator('two')
  await simulation.pass(20_000)
  expect(simulation.nodes.get('us-1')?.segments()).toMatchObject([{ fallback: false, peers: [{ node: 'eu-1' }] }])
  expect(simulation.nodes.get('eu-1')?.segments()).toMatchObject([{ fallback: false, peers: [{ node: 'us-1' }] }])
})

test('a second replica that takes over goes on with a meeting that was begun again under its name', async () => {
  const simulation = await anInstallation()
  simulation.operator('two')
  const first = placedIn(await simulation.join('chat', 'ann'))
  await simulation.pass(1_000)
  simulation.leave(first.attachment)
  await simulation.pass(301_000)
  const second = placedIn(await simulation.join('chat', 'ann'))
  await simulation.pass(1_000)
  await simulation.operators.get('one')?.kill()
  await simulation.pass(20_000)
  expect(simulation.leader()?.name).toBe('two')
  expect(hosted(simulation)).toEqual([`${second.node}: chat (ann)`])
  expect(placedIn(await simulation.join('chat', 'bob')).meeting).toEqual(second.meeting)
})

test('once settled, nothing is written', async () => {
  const simulation = await anInstallation()
  placedIn(await simulation.join('standup', 'ann', { region: 'eu-west' }))
  placedIn(await simulation.join('standup', 'bob', { region: 'us-east' }))
  await simulation.pass(90_000)
  const writes = (): readonly string[] => simulation.cluster.written.filter((write) => !write.includes('Lease'))
  const before = writes().length
  await simulation.pass(600_000)
  expect(writes().slice(before)).toEqual([])
})

test('a hundred joins cost the API server a handful of writes', async () => {
  const simulation = await anInstallation()
  await simulation.pass(60_000)
  const before = simulation.cluster.written.filter((write) => !write.includes('Lease')).length
  for (let index = 0; index < 100; index++) await simulation.join('standup', `p${index}`, { region: 'eu-west' })
  await simulation.pass(60_000)
  const written = simulation.cluster.written.filter((write) => !write.includes('Lease')).slice(before)
  expect(written.length).toBeLessThan(15)
})

test('an operator that takes over cuts nobody off whose node it has not heard yet', async () => {
  const simulation = await anInstallation()
  placedIn(await simulation.join('standup', 'ann', { region: 'eu-west' }))
  placedIn(await simulation.join('standup', 'bob', { region: 'us-east' }))
  await simulation.pass(5_000)
  simulation.cut.add('eu-1')
  await simulation.operators.get('one')?.kill()
  simulation.operator('two')
  await simulation.pass(20_000)
  placedIn(await simulation.join('standup', 'cid', { region: 'eu-west' }))
  await simulation.pass(5_000)
  const pipes = (name: string): readonly string[] | undefined =>
    simulation.nodes
      .get(name)
      ?.segments()[0]
      ?.peers.map(({ node }) => node)
  expect({ bob: pipes('us-1'), cid: pipes('eu-2') }).toEqual({ bob: ['eu-1', 'eu-2'], cid: ['eu-1', 'us-1'] })
  simulation.cut.clear()
  await simulation.pass(5_000)
  expect(pipes('eu-1')).toEqual(['eu-2', 'us-1'])
})

test('a new leader goes on with a part of a meeting that was made while it did not hear the node', async () => {
  const simulation = await anInstallation()
  simulation.operator('two')
  await simulation.pass(2_000)
  simulation.cutWays.add('two eu-1')
  placedIn(await simulation.join('standup', 'ann', { region: 'eu-west' }))
  await simulation.pass(5_000)
  await simulation.operators.get('one')?.kill()
  await simulation.pass(20_000)
  expect(simulation.leader()?.name).toBe('two')
  expect(simulation.meetingObject('standup')?.status).toMatchObject({ nodes: 'eu-1' })
})
