import { expect, test } from 'vitest'

import { kinds } from '../../kube/kinds.ts'
import { adHocLabel } from '../../ledger/meetings/adHoc.ts'
import { strayPatienceMs } from '../../plan/segments.ts'
import { anInstallation, hosted, placedIn } from '../processes/installation.ts'
import { namespace, type Simulation } from '../world/simulation.ts'

const standup = (incarnation: string) => ({ namespace, name: 'standup', incarnation })
const order = { epoch: 1, generation: 1, role: 'core' as const, region: 'eu-west', peers: [], limits: { maxParticipants: 9 } }

/** `standup` on us-1 with bob; and eu-1 still has something of an earlier one, with old in it. */
async function aLeftover(): Promise<{ simulation: Simulation; earlier: string }> {
  const simulation = await anInstallation()
  const earlier = simulation.mintUlid()
  await simulation.pass(1_000)
  placedIn(await simulation.join('standup', 'bob', { region: 'us-east' }))
  await simulation.pass(2_000)
  leave(simulation, earlier)
  return { simulation, earlier }
}

function leave(simulation: Simulation, earlier: string): void {
  simulation.nodes.get('eu-1')?.put(standup(earlier), order)
  simulation.nodes.get('eu-1')?.attach(standup(earlier), { participant: 'old', attachment: simulation.mintUlid() })
}

/** Within some seconds, by an operator that waits longer after each that failed. */
const looksAtMost = 20

const both = ['eu-1: standup (old)', 'us-1: standup (bob)']
const one = ['us-1: standup (bob)']

test('what nobody owns is closed once it was so for some seconds, and not before', async () => {
  const { simulation } = await aLeftover()
  await simulation.pass(strayPatienceMs - 500)
  expect(hosted(simulation)).toEqual(both)
  await simulation.pass(1_500)
  expect(hosted(simulation)).toEqual(one)
})

test('a leader that has just begun closes nothing until it has known enough for as long', async () => {
  const { simulation } = await aLeftover()
  await simulation.operators.get('one')?.kill()
  const second = simulation.operator('two')
  for (let waitedMs = 0; waitedMs < 60_000 && !second.control.leads(); waitedMs += 100) await simulation.pass(100)
  expect(second.control.leads()).toBe(true)
  await simulation.pass(strayPatienceMs - 500)
  expect(hosted(simulation)).toEqual(both)
  await simulation.pass(5_000)
  expect(hosted(simulation)).toEqual(one)
})

test('a cache alone closes nothing: while the API server cannot be asked, it stays', async () => {
  const { simulation } = await aLeftover()
  simulation.cutFromApi.add('one')
  await simulation.pass(6_000)
  expect(simulation.leader()?.name).toBe('one')
  expect(hosted(simulation)).toEqual(both)
  simulation.cutFromApi.clear()
  await simulation.pass(60_000)
  expect(hosted(simulation)).toEqual(one)
})

test('a cache that is behind closes nothing: the object counts what the cache takes for left over', async () => {
  const { simulation, earlier } = await aLeftover()
  simulation.cluster.holdWatches(true)
  const object = simulation.meetingObject('standup')
  simulation.cluster.put(kinds.Meeting, { ...object, status: { ...object?.status, incarnation: earlier } })
  await simulation.pass(10_000)
  expect(hosted(simulation)).toEqual(both)
})

test('the ledger alone closes nothing: a node that does not answer keeps what it has, and one that has it no more is believed', async () => {
  const { simulation, earlier } = await aLeftover()
  simulation.cutWays.add('one eu-1')
  await simulation.pass(10_000)
  expect(hosted(simulation)).toEqual(both)
  simulation.nodes.get('eu-1')?.delete(standup(earlier), { epoch: 99, generation: 1, reason: 'ended' })
  simulation.cutWays.clear()
  await simulation.pass(10_000)
  expect(hosted(simulation)).toEqual(one)
  expect(simulation.leader()?.world.ledger.meetings.get(`${namespace}/standup`)?.strays.size).toBe(0)
})

test('what nobody owns and another leader ordered in a later term is closed too, once the epoch has risen above that', async () => {
  const { simulation, earlier } = await aLeftover()
  simulation.nodes.get('eu-1')?.put(standup(earlier), { ...order, epoch: 5, generation: 2 })
  await simulation.pass(10_000)
  expect(hosted(simulation)).toEqual(one)
  expect(simulation.leader()?.control.epoch()).toBeGreaterThan(5)
})

test('what another leader ordered in a later term is not looked at without a pause while the epoch cannot rise', async () => {
  const { simulation, earlier } = await aLeftover()
  let looks = 0
  simulation.faults.apiCall = ({ verb, about }) => {
    if (verb === 'get' && about === 'Meeting') looks += 1
    // One that looks without a pause would never let time pass. The epoch cannot rise: the Lease is not to be had.
    if (looks > looksAtMost) return 'crashBefore'
    return verb !== 'get' && about === 'Lease' ? 'refused' : undefined
  }
  simulation.nodes.get('eu-1')?.put(standup(earlier), { ...order, epoch: 7 })
  await simulation.pass(strayPatienceMs + 2_000)
  expect(hosted(simulation)).toEqual(both)
  expect(looks).toBeGreaterThan(0)
  expect(looks).toBeLessThanOrEqual(looksAtMost)
  simulation.faults.apiCall = () => undefined
  await simulation.pass(60_000)
  expect(hosted(simulation)).toEqual(one)
})

test('the object of an ad hoc meeting that an operator wrote and died goes, once it stood for nothing for as long as a meeting may be empty', async () => {
  const simulation = await anInstallation()
  await simulation.operators.get('one')?.kill()
  simulation.meeting('chat')
  const object = simulation.meetingObject('chat')
  simulation.cluster.put(kinds.Meeting, { ...object, metadata: { ...object?.metadata, labels: { [adHocLabel]: 'eu' } } })
  simulation.operator('two')
  await simulation.pass(250_000)
  expect(simulation.meetingObject('chat')).toBeDefined()
  await simulation.pass(120_000)
  expect(simulation.meetingObject('chat')).toBeUndefined()
})
