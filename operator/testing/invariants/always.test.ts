import { describe, expect, test } from 'vitest'

import type { LoadLine } from '../../../sfu/api/load.ts'
import type { SegmentOrder } from '../../../sfu/api/order.ts'
import { kinds, type Lease } from '../../kube/kinds.ts'
import type { TakenOrder } from '../fakes/fakeAgents.ts'
import type { FakeMediaNode } from '../fakes/fakeMediaNode.ts'
import { anInstallation, placedIn } from '../processes/installation.ts'
import type { SimulatedOperator, SentWrite } from '../world/simulatedOperator.ts'
import { namespace, Simulation } from '../world/simulation.ts'
import { Adoptions } from './adoptions.ts'
import { Capacity } from './capacity.ts'
import { Depositions } from './depositions.ts'
import { Drains } from './drains.ts'
import { FalseCuts } from './falseCuts.ts'
import { FalseDeaths } from './falseDeaths.ts'
import { HotLoops } from './hotLoops.ts'
import { Newcomers } from './newcomers.ts'
import { Overwrites } from './overwrites.ts'
import { Owners } from './owners.ts'
import { Seats } from './seats.ts'
import { WriteRate } from './writeRate.ts'

const ulid = (last: string): string => `01J0000000000000000000000${last}`
const standup = { namespace, name: 'standup', incarnation: ulid('2') }

const order = (more: Partial<TakenOrder>): TakenOrder => ({
  ...{ node: 'eu-1', boot: 'first', verb: 'put', meeting: standup, epoch: 1, generation: 1 },
  ...more,
})
const segmentOrder = (more: Partial<SegmentOrder>): SegmentOrder => ({
  ...{ epoch: 1, generation: 1, role: 'core', region: 'eu-west', peers: [], limits: { maxParticipants: 10 } },
  ...more,
})
const write = (more: Partial<SentWrite>): SentWrite => ({
  ...{ operator: 'one', atMs: 0, verb: 'patchStatus', kind: 'Meeting', name: 'standup', body: {} },
  ...more,
})
const hello = (boot: string): LoadLine => ({
  ...{ type: 'hello', protocol: 1, node: 'eu-1', boot, version: '1', addresses: [], highestEpoch: 0, segments: [] },
  capacity: { consumersPerWorker: 1, egressBitsPerSecond: 1, ingressBitsPerSecond: 1, pipePorts: 1 },
})

/** The installation's operator; the test ends where it has none. */
function leaderOf(simulation: Simulation): SimulatedOperator {
  const leader = simulation.leader()
  if (leader === undefined) throw new Error('nobody leads')
  return leader
}

describe('one owner, fenced', () => {
  test.each<[string, readonly [string, Partial<TakenOrder>][], number]>([
    [
      'an order of an earlier epoch',
      [
        ['two', { epoch: 2 }],
        ['one', { epoch: 1 }],
      ],
      2,
    ],
    [
      'an order of an earlier generation',
      [
        ['one', { generation: 2 }],
        ['one', { generation: 1 }],
      ],
      1,
    ],
    [
      'an order about the node of an earlier epoch',
      [
        ['two', { epoch: 2 }],
        ['one', { meeting: undefined, verb: 'drain' }],
      ],
      1,
    ],
    [
      'orders of two operators of one epoch, whatever they are about',
      [
        ['one', {}],
        ['two', { meeting: undefined, verb: 'drain' }],
        ['one', { generation: 2 }],
      ],
      1,
    ],
    [
      'orders that rise',
      [
        ['one', {}],
        ['one', { generation: 2 }],
        ['two', { epoch: 2 }],
      ],
      0,
    ],
    [
      'an earlier epoch at another process of the node',
      [
        ['two', { epoch: 2 }],
        ['one', { boot: 'second' }],
      ],
      0,
    ],
  ])('%s', (_, orders, faults) => {
    const owners = new Owners()
    for (const [operator, more] of orders) owners.taken(order(more), operator)
    expect(owners.faults).toHaveLength(faults)
  })
})

test('a meeting that has more people than places', () => {
  const simulation = new Simulation()
  const node = simulation.node('eu-1', 'eu')
  simulation.meeting('standup', { capacity: { maxParticipants: 1 } })
  const capacity = new Capacity(simulation)
  simulation.listeners.push(capacity)
  node.attach(standup, { participant: 'fay', attachment: ulid('3'), fallback: true })
  node.attach(standup, { participant: 'ann', attachment: ulid('4') })
  expect(capacity.faults).toEqual([])
  node.attach(standup, { participant: 'bob', attachment: ulid('5') })
  expect(capacity.faults).toEqual(['demo/standup has 2 people for 1 places since bob came to eu-1'])
})

test('an operator gives away a seat that a meeting does not have', async () => {
  const simulation = await anInstallation()
  await simulation.join('standup', 'ann')
  await simulation.join('standup', 'bob')
  simulation.editMeeting('standup', { capacity: { maxParticipants: 1 } })
  const seats = new Seats(simulation)
  seats.given('standup', leaderOf(simulation), 2)
  expect(seats.faults).toEqual([])
  seats.given('standup', leaderOf(simulation), 1)
  expect(seats.faults).toEqual(['one gives away seat 2 of 1 in standup'])
})

test.each([
  ['nothing comes another way', [], 0, ['cuts standup: eu-1 to us-1, us-1 to eu-1']],
  ['it was sent when nobody was there yet', [], 60_000, []],
  ['the pipe stays', [{ node: 'us-1', url: 'http://us-1:1', role: 'core' as const, token: 't' }], 0, []],
])('an order that cuts a pipe through which people hear each other: %s', async (_, peers, onTheWayMs, words) => {
  const simulation = await anInstallation()
  const { meeting } = placedIn(await simulation.join('standup', 'ann', { region: 'eu-west' }))
  await simulation.join('standup', 'bob', { region: 'us-east' })
  await simulation.pass(3_000)
  // Nobody mends what is done to it meanwhile.
  for (const name of ['eu-1', 'us-1']) simulation.cut.add(name)
  const cuts = new FalseCuts(simulation)
  cuts.taking('eu-1', { meeting })
  simulation.nodes.get('eu-1')?.put(meeting, segmentOrder({ epoch: 1, generation: 9, peers }))
  cuts.taken(order({ meeting, generation: 9, onTheWayMs }), 'one')
  await simulation.pass(1_500)
  expect(cuts.faults).toEqual(words.map((each) => `1/9 of one at eu-1 ${each}`))
})

/** A node that tells its load now. */
const aBeat = (node: FakeMediaNode): LoadLine => ({ type: 'load', load: node.load() })

test('a media node that is heard is called lost', async () => {
  const simulation = new Simulation()
  const node = simulation.node('eu-1', 'eu')
  const deaths = new FalseDeaths(simulation)
  const lost = write({ kind: 'MediaNode', name: 'eu-1', body: { phase: 'Lost' } })
  deaths.sent(lost)
  deaths.heard('eu-1', 'one', aBeat(node))
  deaths.sent({ ...lost, atMs: 1_000 })
  expect(deaths.faults).toEqual(['one calls eu-1 lost at 1000, which it heard at 0'])
})

test('who stood still has not heard a media node by what it sent before, and may call it lost by two signs', async () => {
  const simulation = new Simulation()
  const node = simulation.node('eu-1', 'eu')
  const deaths = new FalseDeaths(simulation)
  const before = aBeat(node)
  await simulation.pass(20_000)
  simulation.cutPeers.add('eu-1 us-1')
  await simulation.pass(1_000)
  deaths.heard('eu-1', 'one', before)
  deaths.sent(write({ kind: 'MediaNode', name: 'eu-1', body: { phase: 'Lost' }, atMs: 22_000 }))
  expect(deaths.faults).toEqual([])
})

test.each<[string, (simulation: Simulation, deaths: FalseDeaths) => void, boolean]>([
  ['nothing else', () => undefined, true],
  ['its process ends', (simulation) => simulation.kill('eu-1'), false],
  ['it begins anew', (simulation) => simulation.start('eu-1'), false],
  ['another node does not reach it', (simulation) => simulation.cutPeers.add('eu-1 us-1'), false],
  ['people lose their media there', (_, deaths) => deaths.asked({ unwanted: ['eu-1'] }), false],
])('a media node is called lost since it is silent, and %s', async (_, happens, isFault) => {
  const simulation = new Simulation()
  const node = simulation.node('eu-1', 'eu')
  const deaths = new FalseDeaths(simulation)
  deaths.heard('eu-1', 'one', aBeat(node))
  await simulation.pass(70_000)
  happens(simulation, deaths)
  await simulation.pass(1_000)
  deaths.sent(write({ kind: 'MediaNode', name: 'eu-1', body: { phase: 'Lost' }, atMs: 71_000 }))
  const words = 'one calls eu-1 lost at 71000, of which it only knows that it is silent'
  expect(deaths.faults).toEqual(isFault ? [words] : [])
})

describe('a drain', () => {
  /** Somebody is on eu-1, in a meeting of which nobody may be moved for long enough. */
  async function aStayer(): Promise<{ simulation: Simulation; drains: Drains }> {
    const simulation = await anInstallation()
    const drains = new Drains(simulation)
    simulation.listeners.push(drains)
    simulation.nodes.get('eu-1')?.attach(standup, { participant: 'ann', attachment: ulid('4') })
    simulation.editMeeting('standup', { disruption: 'never' })
    await simulation.pass(30_000)
    return { simulation, drains }
  }

  test.each([
    ['is to keep them', ['demo/standup'], 60_000, 0],
    ['lets them go', [], 60_000, 1],
    ['lets them go at its deadline', [], 0, 0],
  ])('of people whom nobody may move %s', async (_, stay, aheadMs, faults) => {
    const { simulation, drains } = await aStayer()
    const drain = { epoch: 1, draining: true as const, reason: 'x', stay, deadlineAtMs: simulation.clock.nowMs() + aheadMs }
    drains.taken(order({ verb: 'drain', meeting: undefined, drain }), 'one')
    expect(drains.faults).toHaveLength(faults)
  })

  test('of people who may be moved since a moment ago', async () => {
    const { simulation, drains } = await aStayer()
    const drain = { epoch: 1, draining: true as const, reason: 'x', stay: [], deadlineAtMs: simulation.clock.nowMs() + 60_000 }
    simulation.editMeeting('standup', { disruption: 'any' })
    await simulation.pass(0)
    drains.taken(order({ verb: 'drain', meeting: undefined, drain }), 'one')
    expect(drains.faults).toEqual([])
  })

  test('is told to be over while people are there', async () => {
    const { simulation, drains } = await aStayer()
    const drained = write({ kind: 'MediaNode', name: 'eu-1', atMs: simulation.clock.monotonicMs(), body: { phase: 'Drained' } })
    drains.sent(drained)
    expect(drains.faults).toEqual(['one calls eu-1 drained at 35000, with 1 people on it'])
    simulation.leave(ulid('4'))
    drains.sent(drained)
    expect(drains.faults).toHaveLength(1)
  })
})

describe('a Lease', () => {
  const lease = (holder: string, epoch: number): Pick<Lease, 'spec'> & { metadata: object } => ({
    metadata: { namespace, name: 'parley-operator', annotations: { 'parley.media/epoch': String(epoch) } },
    spec: { holderIdentity: holder },
  })

  /** `one` holds it and wrote it so long ago; then `two` writes this. */
  async function takenAfter(agoMs: number, next: object): Promise<readonly string[]> {
    const simulation = new Simulation()
    const depositions = new Depositions(simulation)
    const by = { kind: 'Lease', name: 'parley-operator' }
    depositions.written(write({ ...by, verb: 'create', body: { ...lease('one', 3), metadata: { annotations: {} } } }))
    simulation.cluster.put(kinds.Lease, lease('one', 3))
    await simulation.pass(agoMs)
    depositions.writing(write({ ...by, operator: 'two', verb: 'mergePatch' }))
    depositions.written(write({ ...by, operator: 'two', verb: 'mergePatch', body: next }))
    return depositions.faults
  }

  test('is taken from who has renewed it lately', async () => {
    expect(await takenAfter(5_000, lease('two', 4))).toEqual(['two takes the Lease at 5000 from one, who wrote it at 0'])
    expect(await takenAfter(15_000, lease('two', 4))).toEqual([])
  })

  test('is taken for a term that is none', async () => {
    expect(await takenAfter(15_000, lease('two', 3))).toEqual(['two takes the Lease at 15000 for term 3 after term 3'])
  })
})

test('a status that overwrites what others wrote since it was sent', () => {
  const simulation = new Simulation()
  simulation.meeting('standup')
  const overwrites = new Overwrites(simulation)
  const [blind, fresh] = [write({}), write({})]
  overwrites.sent(blind)
  simulation.editMeeting('standup', { title: 'Another' })
  overwrites.sent(fresh)
  for (const each of [fresh, blind]) overwrites.writing(each)
  overwrites.written(fresh)
  expect(overwrites.faults).toEqual([])
  overwrites.written(blind)
  expect(overwrites.faults).toEqual(['one overwrites what others wrote of Meeting standup since it sent its status at 0'])
})

test('more writes than the bucket lets through', () => {
  const rate = new WriteRate()
  for (let count = 0; count < 100; count++) rate.sent(write({}))
  rate.sent(write({ kind: 'Lease' }))
  for (let count = 0; count < 20; count++) rate.sent(write({ atMs: 1_000 }))
  expect(rate.faults).toEqual([])
  rate.sent(write({ atMs: 1_000 }))
  expect(rate.faults).toEqual(['one writes faster than its bucket: patchStatus Meeting at 1000'])
})

test('calls without a pause', async () => {
  const simulation = new Simulation()
  const loops = new HotLoops(simulation)
  const call = { verb: 'get', about: 'Meeting' }
  for (let count = 0; count < 3_000; count++) loops.isOne(call, 'one')
  await simulation.pass(1)
  for (let count = 0; count < 3_000; count++) loops.isOne(call, 'one')
  expect(loops.faults).toEqual([])
  expect(loops.isOne(call, 'one')).toBe(true)
  expect(loops.faults).toEqual(['one asks without a pause at 1, at last to get Meeting'])
})

test('a media node that failed and is back gets somebody at once', async () => {
  const simulation = await anInstallation()
  const place = { operator: leaderOf(simulation), meeting: standup, participant: 'ann', failed: [], takers: [], isMeant: false }
  const newcomers = new Newcomers(simulation)
  newcomers.heard('eu-1', 'one', hello('first'))
  newcomers.gavePlace({ ...place, node: 'eu-1' })
  // One that said that it would end is no failure.
  newcomers.heard('us-1', 'one', hello('first'))
  newcomers.heard('us-1', 'one', { type: 'drain', drain: { stopsAtMs: 1, drained: true, left: 0, moved: 0 } })
  newcomers.heard('us-1', 'one', hello('second'))
  newcomers.gavePlace({ ...place, node: 'us-1' })
  expect(newcomers.faults).toEqual([])
  newcomers.heard('eu-1', 'one', hello('second'))
  await simulation.pass(1_000)
  newcomers.gavePlace({ ...place, node: 'eu-1' })
  expect(newcomers.faults).toEqual(['one places ann of standup on eu-1 at 6000, which came back at 5000'])
})

test('of two incarnations the larger wins', () => {
  const adoptions = new Adoptions()
  adoptions.taken(order({ adopts: ulid('3') }), 'one')
  expect(adoptions.faults).toEqual([])
  adoptions.taken(order({ adopts: ulid('1') }), 'one')
  expect(adoptions.faults).toHaveLength(1)
})
