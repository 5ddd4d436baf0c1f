import { describe, expect, test } from 'vitest'

import type { SegmentOrder } from '../../../sfu/api/order.ts'
import { kinds } from '../../kube/kinds.ts'
import { adHocLabel } from '../../ledger/meetings/adHoc.ts'
import { History } from '../histories/history.ts'
import { anInstallation, placedIn } from '../processes/installation.ts'
import { namespace, Simulation } from '../world/simulation.ts'
import { faultsOf } from './meetings.ts'
import { orphansOf, remnantsOf } from './orphans.ts'
import { peopleFaultsOf } from './people.ts'
import { stillness } from './stillness.ts'

const ulid = (last: string): string => `01J0000000000000000000000${last}`
const standup = { namespace, name: 'standup', incarnation: ulid('2') }
const names = ['a', 'b', 'c', 'd'] as const
type Name = (typeof names)[number]

/** What each node is told of its role and its peers, a leaf where it has a letter in lower case before the colon: `A: b c`. */
function standing(...plans: readonly string[]): Simulation {
  const simulation = new Simulation()
  const isLeaf = (letter: string): boolean => letter === letter.toLowerCase()
  for (const plan of plans) {
    const [letter = '', peers = ''] = plan.split(':')
    const node = simulation.agent(letter.toLowerCase(), 'eu')
    const order: SegmentOrder = {
      ...{ epoch: 1, generation: 1, region: 'eu-west', limits: { maxParticipants: 10 } },
      role: isLeaf(letter) ? 'leaf' : 'core',
      peers: peers
        .split(' ')
        .filter(Boolean)
        .map((peer) => ({ node: peer.toLowerCase(), url: 'http://x:1', role: isLeaf(peer) ? 'leaf' : 'core', token: 't' })),
    }
    node.put(standup, order)
  }
  return simulation
}

/** Faults of meetings only: no node of {@link standing} has an object. */
const meetingFaults = (simulation: Simulation): readonly string[] =>
  faultsOf(simulation).filter((fault) => !names.some((name: Name) => fault.startsWith(`${name} is `)))

describe('a cascade', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['a mesh', ['A: B C', 'B: A C', 'C: A B'], []],
    ['cores with leaves', ['A: B c', 'B: A d', 'c: A', 'd: B'], []],
    [
      'a pipe of which one end knows',
      ['A: B', 'B:'],
      [
        'standup on a has pipes to [b], which know of none',
        'standup on b has no pipe to the cores [a]',
        'standup reaches b from a by 0 ways',
        'standup reaches a from b by 0 ways',
      ],
    ],
    [
      'a leaf that hangs on two cores',
      ['A: B c', 'B: A c', 'c: A B'],
      [
        'standup on c is a leaf with pipes to [a,b]',
        'standup reaches c from a by 2 ways',
        'standup reaches c from b by 2 ways',
        'standup reaches a from c by 2 ways',
        'standup reaches b from c by 2 ways',
      ],
    ],
    [
      'leaves without a core',
      ['a: b', 'b: a'],
      [
        'standup on a has no core',
        'standup on a is a leaf with pipes to [b]',
        'standup on b has no core',
        'standup on b is a leaf with pipes to [a]',
      ],
    ],
  ])('%s', (_, plans, faults) => {
    expect(meetingFaults(standing(...plans))).toEqual(faults)
  })

  test('an edge that is leaving yet', () => {
    const simulation = standing('A: B', 'B: A')
    const peers = [{ node: 'b', url: 'http://x:1', role: 'core' as const, token: 't', leaving: true }]
    const order = { epoch: 1, generation: 2, role: 'core' as const, region: 'eu-west', limits: { maxParticipants: 10 }, peers }
    simulation.nodes.get('a')?.put(standup, order)
    expect(meetingFaults(simulation)).toEqual(['standup on a has an edge that is still leaving'])
  })
})

test('a segment that follows no order, and another incarnation', () => {
  const simulation = standing('A:')
  simulation.agent('b', 'eu').attach({ ...standup, incarnation: ulid('3') }, { participant: 'ann', attachment: ulid('4') })
  expect(meetingFaults(simulation)).toEqual([
    `standup has incarnations ${ulid('2')} and ${ulid('3')}`,
    'standup on a has no pipe to the cores [b]',
    'standup on b has no pipe to the cores [a]',
    'standup reaches b from a by 0 ways',
    'standup reaches a from b by 0 ways',
    'standup on b follows no order',
  ])
})

test('a status that tells something else than what nodes host, and a node that is not ready', () => {
  const simulation = standing('A:')
  const status = { nodes: 'b', incarnation: ulid('3'), phase: 'Ended' }
  simulation.meeting('standup')
  simulation.cluster.put(kinds.Meeting, { ...simulation.meetingObject('standup'), status })
  expect(faultsOf(simulation)).toEqual([
    'standup stands on [a], its status tells [b]',
    `standup is ${ulid('2')}, its status tells ${ulid('3')}`,
    'standup is hosted though it has ended',
    'a is nothing, not Ready',
  ])
})

test('somebody who is on two nodes, or where their client does not know of', () => {
  const history = new History(1)
  const { nodes } = history.simulation
  nodes.get('eu-1')?.attach(standup, { participant: 'ann', attachment: ulid('4') })
  history.people.set('standup ann', { attachment: ulid('4'), node: 'eu-1' })
  expect(peopleFaultsOf(history)).toEqual([])
  nodes.get('us-1')?.attach(standup, { participant: 'ann', attachment: ulid('5') })
  nodes.get('us-1')?.attach(standup, { participant: 'bob', attachment: ulid('6') })
  expect(peopleFaultsOf(history)).toEqual([
    'ann of standup is on eu-1 and us-1',
    'ann of standup is on us-1, their client is on eu-1',
    'bob of standup is on us-1, their client is on none',
  ])
})

test('what is hosted and nobody owns, and what is owned and nobody hosts', async () => {
  const simulation = await anInstallation()
  const { node, meeting } = placedIn(await simulation.join('standup', 'ann', { region: 'us-east' }))
  await simulation.pass(2_000)
  expect(orphansOf(simulation)).toEqual([])
  for (const name of simulation.nodes.keys()) simulation.cut.add(name)
  const chat = { namespace, name: 'chat', incarnation: ulid('2') }
  simulation.nodes.get('eu-1')?.attach(chat, { participant: 'bob', attachment: ulid('4') })
  simulation.nodes.get(node)?.delete(meeting, { epoch: 1, generation: 9, reason: 'ended' })
  expect(orphansOf(simulation)).toEqual([
    `demo/chat/${ulid('2')} on eu-1 is nobody's`,
    `demo/standup is on ${node} in the ledger only`,
  ])
})

test('nobody leads, or two do', async () => {
  const simulation = await anInstallation()
  const [one] = [...simulation.operators.values()]
  if (one === undefined) throw new Error('there is no operator')
  simulation.operators.set('two', { ...one, name: 'two' })
  expect(orphansOf(simulation)).toEqual(['one and two both lead'])
  simulation.operators.clear()
  expect(orphansOf(simulation)).toEqual(['nobody leads'])
})

test('what is kept for nobody: a reservation, the object of an ad hoc meeting', async () => {
  const simulation = await anInstallation()
  expect(remnantsOf(simulation)).toEqual([])
  await simulation.place('standup', 'ann')
  simulation.cluster.put(kinds.Meeting, { metadata: { namespace, name: 'chat', labels: { [adHocLabel]: 'eu' } }, spec: {} })
  expect(remnantsOf(simulation)).toEqual([
    'the object of ad hoc meeting chat is left over',
    expect.stringContaining('is still reserved on eu-1'),
  ])
})

test('what moves: a fence that rises, a write', async () => {
  const simulation = await anInstallation()
  await simulation.join('standup', 'ann')
  await simulation.pass(2_000)
  const before = stillness(simulation)
  await simulation.pass(2_000)
  expect(stillness(simulation)).toEqual(before)
  simulation.cluster.written.push('patchStatus MediaNode demo/eu-1', 'mergePatch Lease demo/parley-operator')
  const moved = (): readonly string[] => stillness(simulation, []).filter((line) => !before.includes(line))
  expect(moved()).toEqual([expect.stringContaining('patchStatus MediaNode demo/eu-1')])
  expect(stillness(simulation, ['eu-1']).filter((line) => !before.includes(line))).toEqual([])
})
