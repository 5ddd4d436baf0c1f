import { expect, test } from 'vitest'

import { explainMeeting } from '../../service/explain.ts'
import { quietWrites } from '../world/aCluster.ts'
import { anInstallation, hosted, placedIn } from '../processes/installation.ts'
import { namespace, type Simulation } from '../world/simulation.ts'

const conditionOf = (simulation: Simulation, node: string): { reason?: string; message?: string } | undefined =>
  simulation.nodeObject(node)?.status?.conditions?.find(({ type }) => type === 'Ready')

/** `standup` on eu-1 with ann and cid, and on us-1 with bob. */
async function aMeeting(): Promise<Simulation> {
  const simulation = await anInstallation()
  placedIn(await simulation.join('standup', 'ann', { region: 'eu-west' }))
  placedIn(await simulation.join('standup', 'cid', { region: 'eu-west' }))
  placedIn(await simulation.join('standup', 'bob', { region: 'us-east' }))
  await simulation.pass(2_000)
  return simulation
}

test('a node without power refuses nothing: that its peers hear nothing by their pipes either is the second sign', async () => {
  const simulation = await aMeeting()
  simulation.cut.add('eu-1')
  await simulation.pass(10_000)
  expect(conditionOf(simulation, 'eu-1')).toMatchObject({ reason: 'Silent' })
  simulation.setPipes('eu-1', false)
  await simulation.pass(2_000)
  expect(conditionOf(simulation, 'eu-1')).toMatchObject({
    reason: 'Lost',
    message: 'silent, and us-1 reports its pipe to it down',
  })
  expect(simulation.nodes.get('us-1')?.segments()).toMatchObject([{ peers: [{ node: 'eu-2', up: true }] }])
})

test('people who lost their media on a node that is silent are its second sign, and one of them is not', async () => {
  const simulation = await aMeeting()
  simulation.cut.add('eu-1')
  await simulation.pass(10_000)
  const exclude = { region: 'eu-west', excludeNodes: ['eu-1'] }
  expect(placedIn(await simulation.place('standup', 'ann', exclude)).node).toBe('eu-2')
  await simulation.pass(2_000)
  expect(conditionOf(simulation, 'eu-1')).toMatchObject({ reason: 'Silent' })
  expect(placedIn(await simulation.place('standup', 'cid', exclude)).node).toBe('eu-2')
  await simulation.pass(2_000)
  expect(conditionOf(simulation, 'eu-1')).toMatchObject({ message: 'silent, and several people lost their media on it' })
})

test('a node whose process has gone is told nothing, though its people have another place before it counts as silent', async () => {
  const simulation = await aMeeting()
  const calls: string[] = []
  simulation.kill('eu-1')
  await simulation.pass(500)
  simulation.faults.agentCall = (node, { verb }) => {
    if (node === 'eu-1') calls.push(verb)
    return undefined
  }
  expect(placedIn(await simulation.join('standup', 'ann', { region: 'eu-west', excludeNodes: ['eu-1'] })).node).toBe('eu-2')
  await simulation.pass(1_500)
  const pipes = simulation.nodes
    .get('us-1')
    ?.segments()[0]
    ?.peers.map(({ node, up }) => (up ? node : ''))
  expect(pipes).toContain('eu-2')
  expect(calls).toEqual([])
})

test('a node that is heard is only suspected: nobody is moved, newcomers go elsewhere, and it is over by itself', async () => {
  const simulation = await aMeeting()
  const before = hosted(simulation)
  for (const participant of ['ann', 'cid']) await simulation.place('standup', participant, { excludeNodes: ['eu-1'] })
  await simulation.pass(2_000)
  expect(conditionOf(simulation, 'eu-1')).toMatchObject({ reason: 'Suspect', message: 'several people lost their media on it' })
  expect(placedIn(await simulation.place('chat', 'dan', { region: 'eu-west' })).node).toBe('eu-2')
  expect(hosted(simulation)).toEqual(expect.arrayContaining([...before]))
  await simulation.pass(120_000)
  expect(conditionOf(simulation, 'eu-1')).toMatchObject({ reason: 'Heard' })
  expect(hosted(simulation)).toEqual(expect.arrayContaining([...before]))
})

test('whoever makes a node suspect by what they lost is kept from it for as long as anybody whom it failed', async () => {
  const simulation = await aMeeting()
  for (const participant of ['ann', 'cid']) await simulation.place('standup', participant, { excludeNodes: ['eu-1'] })
  await simulation.pass(40_000)
  expect(conditionOf(simulation, 'eu-1')).toMatchObject({ reason: 'Heard' })
  for (const participant of ['ann', 'cid'])
    expect(placedIn(await simulation.place('standup', participant, { region: 'eu-west' })).node).toBe('eu-2')
})

test('a node that flaps is kept out for minutes, says why everywhere, writes nothing meanwhile, and is then as before', async () => {
  const simulation = await anInstallation()
  for (const _ of [1, 2, 3]) {
    simulation.kill('eu-1')
    await simulation.pass(6_000)
    expect(conditionOf(simulation, 'eu-1')).toMatchObject({ reason: 'Lost', message: 'silent, and refuses connections' })
    simulation.start('eu-1')
    await simulation.pass(6_000)
  }
  const message = 'it was lost 3 times lately: takes no new work for 10 min'
  expect(conditionOf(simulation, 'eu-1')).toMatchObject({ reason: 'Held', message })
  placedIn(await simulation.join('standup', 'ann', { region: 'eu-west' }))
  expect(hosted(simulation)).toEqual(['eu-2: standup (ann)'])
  const { ledger } = simulation.leader()?.world ?? {}
  const at = { nowMs: simulation.clock.monotonicMs(), wallMs: simulation.clock.nowMs(), epoch: 1 }
  const explained = ledger === undefined ? undefined : explainMeeting(ledger, { namespace, name: 'standup' }, at)
  expect(explained?.nodes).toContainEqual({ node: 'eu-1', region: 'eu-west', takes: false, why: message })
  await simulation.pass(90_000)
  expect(await quietWrites(simulation, 300_000)).toEqual([])
  await simulation.pass(300_000)
  expect(conditionOf(simulation, 'eu-1')).toMatchObject({ reason: 'Heard' })
})

test('a node that is lost is heard from the beginning: what was forgotten with it comes by no stream that only paused', async () => {
  const simulation = await aMeeting()
  const { ledger, changes } = simulation.leader()?.world ?? {}
  const introduced = () => ledger?.nodes.get('eu-1')?.introduction?.addresses
  const node = simulation.nodes.get('eu-1')
  if (node !== undefined) node.addresses = ['192.0.2.9'] // Told by an introduction alone.
  await simulation.pass(10_000)
  expect(introduced()).toEqual(['127.0.0.1'])
  changes?.lost.emit({ node: 'eu-1', why: 'by order of the test', region: 'eu-west', parts: [] })
  await simulation.pass(5_000)
  expect(introduced()).toEqual(['192.0.2.9'])
})

test('a part that status tells of and its node has no more is given up once a new leader hears that node', async () => {
  const simulation = await aMeeting()
  simulation.cut.add('us-1')
  await simulation.operators.get('one')?.kill()
  simulation.operator('two')
  await simulation.pass(25_000)
  expect(simulation.leader()?.name).toBe('two')
  expect(simulation.nodes.get('eu-1')?.segments()).toMatchObject([{ peers: [{ node: 'us-1' }] }])
  simulation.nodes.get('us-1')?.restart()
  simulation.cut.clear()
  await simulation.pass(10_000)
  expect(simulation.nodes.get('eu-1')?.segments()).toMatchObject([{ peers: [] }])
  expect(simulation.meetingObject('standup')?.status).toMatchObject({ nodes: 'eu-1' })
})
