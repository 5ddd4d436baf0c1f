import { expect, test } from 'vitest'

import { anInstallation, placedIn } from '../processes/installation.ts'
import { Simulation } from '../world/simulation.ts'

const reachableOf = (simulation: Simulation, name: string) =>
  simulation.nodeObject(name)?.status?.conditions?.find(({ type }) => type === 'Reachable')

test('each node says whether it is reached; one that is not goes on taking work unless its pool forbids that', async () => {
  const simulation = await anInstallation()
  expect(reachableOf(simulation, 'eu-1')).toMatchObject({ status: 'True', reason: 'Answered' })
  simulation.blocked.add('eu-1')
  await simulation.pass(80_000)
  expect(reachableOf(simulation, 'eu-1')).toMatchObject({
    status: 'False',
    reason: 'NoAnswer',
    message: expect.stringContaining('no answer at udp 127.0.0.1:40000, tcp 127.0.0.1:40000') as string,
  })
  expect(simulation.nodeObject('eu-1')?.status?.phase).toBe('Ready')
  expect(placedIn(await simulation.join('standup', 'ann', { region: 'eu-west' })).node).toBe('eu-1')
  simulation.blocked.delete('eu-1')
  await simulation.pass(70_000)
  expect(reachableOf(simulation, 'eu-1')).toMatchObject({ status: 'True' })
})

test('a pool that requires reachability: who is not reached takes nobody, keeps its people, and comes back', async () => {
  const simulation = new Simulation()
  simulation.pool('eu', { network: { mode: 'hostPort', requireReachable: true } })
  simulation.blocked.add('eu-1')
  simulation.node('eu-1', 'eu')
  simulation.node('eu-2', 'eu')
  simulation.meeting('standup')
  simulation.operator('one')
  await simulation.pass(20_000)
  const status = simulation.nodeObject('eu-1')?.status
  expect(status?.phase).toBe('NotReady')
  expect(status?.conditions?.[0]).toMatchObject({
    ...{ type: 'Ready', status: 'False', reason: 'Unreachable' },
    message: expect.stringMatching(/^its pool requires that it can be reached: no answer at udp/) as string,
  })
  const ann = placedIn(await simulation.join('standup', 'ann'))
  expect(ann.node).toBe('eu-2')
  await simulation.pass(5_000)
  simulation.blocked.add('eu-2')
  await simulation.pass(80_000)
  expect(await simulation.place('standup', 'bob')).toMatchObject({ result: 'tryAfter' })
  expect(simulation.nodes.get('eu-2')?.segments()).toMatchObject([{ participants: [{ participant: 'ann' }], epoch: 1 }])
  simulation.blocked.clear()
  await simulation.pass(70_000)
  expect(placedIn(await simulation.join('standup', 'bob')).node).toBe('eu-2')
})

test('other addresses are tried at once', async () => {
  const simulation = await anInstallation()
  simulation.blocked.add('203.0.113.9')
  simulation.nodes.get('us-1')?.announce({ epoch: 1, addresses: ['203.0.113.9', '127.0.0.1'] })
  await simulation.pass(3_000)
  expect(reachableOf(simulation, 'us-1')).toMatchObject({ status: 'True', reason: 'AnsweredPartly' })
  expect(simulation.nodeObject('us-1')?.status?.addresses).toEqual(['203.0.113.9', '127.0.0.1'])
})

test('what an earlier leader found out stands until the next one has tried', async () => {
  const simulation = await anInstallation()
  simulation.blocked.add('eu-1')
  await simulation.pass(80_000)
  const before = reachableOf(simulation, 'eu-1')
  await simulation.operators.get('one')?.kill()
  simulation.faults.agentCall = () => 'lostRequest'
  simulation.operator('two')
  await simulation.pass(30_000)
  expect(simulation.leader()?.name).toBe('two')
  expect(reachableOf(simulation, 'eu-1')).toEqual(before)
})
