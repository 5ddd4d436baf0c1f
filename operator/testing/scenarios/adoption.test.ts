import { expect, test } from 'vitest'

import type { Meetings } from '../../ledger/meetings/meetings.ts'
import { explainMeeting } from '../../service/explain.ts'
import { quietWrites } from '../world/aCluster.ts'
import { anInstallation, hosted, placedIn } from '../processes/installation.ts'
import { namespace, type Simulation } from '../world/simulation.ts'

const chat = (incarnation: string) => ({ namespace, name: 'chat', incarnation })

/** Somebody enters by a fallback grant. */
function enter(simulation: Simulation, node: string, incarnation: string, participant: string): void {
  simulation.nodes.get(node)?.attach(chat(incarnation), { participant, attachment: simulation.mintUlid(), fallback: true })
}

/** Two incarnations of `chat`, minted at once: the smaller first. */
async function twoIncarnations(): Promise<{ simulation: Simulation; smaller: string; larger: string }> {
  const simulation = await anInstallation()
  return { simulation, smaller: simulation.mintUlid(), larger: simulation.mintUlid() }
}

const reportsOf = (simulation: Simulation, node: string) => simulation.nodes.get(node)?.segments() ?? []

test.each([
  ['the smaller is heard last', ['us-1', 'eu-1']],
  ['the smaller is heard first', ['eu-1', 'us-1']],
])('two nodes that both took a meeting under two incarnations are joined, and nobody is closed: %s', async (_, order) => {
  const { simulation, smaller, larger } = await twoIncarnations()
  for (const node of order) {
    enter(simulation, node, node === 'eu-1' ? smaller : larger, node === 'eu-1' ? 'ann' : 'bob')
    await simulation.pass(3_000)
  }
  expect(hosted(simulation)).toEqual(['eu-1: chat (ann)', 'us-1: chat (bob)'])
  expect(reportsOf(simulation, 'eu-1')).toMatchObject([{ meeting: chat(smaller), fallback: false, peers: [{ node: 'us-1' }] }])
  expect(reportsOf(simulation, 'us-1')).toMatchObject([
    { meeting: chat(smaller), aliases: [larger], fallback: false, peers: [{ node: 'eu-1' }] },
  ])
  const next = placedIn(await simulation.join('chat', 'cid', { region: 'us-east' }))
  expect(next).toMatchObject({ node: 'us-1', meeting: chat(smaller) })
  await simulation.pass(90_000)
  expect(await quietWrites(simulation, 60_000)).toEqual([])
})

test('a grant by the other incarnation that comes late leads to the same segment', async () => {
  const { simulation, smaller, larger } = await twoIncarnations()
  enter(simulation, 'eu-1', smaller, 'ann')
  enter(simulation, 'us-1', larger, 'bob')
  await simulation.pass(3_000)
  enter(simulation, 'us-1', larger, 'late')
  await simulation.pass(3_000)
  expect(hosted(simulation)).toEqual(['eu-1: chat (ann)', 'us-1: chat (bob late)'])
  const { ledger } = simulation.leader()?.world ?? {}
  const at = { nowMs: simulation.clock.monotonicMs(), wallMs: simulation.clock.nowMs(), epoch: 1 }
  const explained = ledger === undefined ? undefined : explainMeeting(ledger, { namespace, name: 'chat' }, at)
  expect(explained?.segments.find(({ node }) => node === 'us-1')?.why).toContain('at the same time as another node')
})

test('three incarnations on three nodes become one meeting', async () => {
  const { simulation, smaller, larger } = await twoIncarnations()
  enter(simulation, 'eu-2', larger, 'bob')
  enter(simulation, 'us-1', simulation.mintUlid(), 'cid')
  enter(simulation, 'eu-1', smaller, 'ann')
  await simulation.pass(5_000)
  expect(hosted(simulation)).toEqual(['eu-1: chat (ann)', 'eu-2: chat (bob)', 'us-1: chat (cid)'])
  const names = new Set(
    ['eu-1', 'eu-2', 'us-1'].flatMap((node) => reportsOf(simulation, node)).map((each) => each.meeting.incarnation),
  )
  expect(names).toEqual(new Set([smaller]))
})

test('the leader dies half-way, and the next one goes on: everybody is in one meeting', async () => {
  const { simulation, smaller, larger } = await twoIncarnations()
  enter(simulation, 'us-1', larger, 'bob')
  await simulation.pass(3_000)
  simulation.cut.add('us-1')
  enter(simulation, 'eu-1', smaller, 'ann')
  await simulation.pass(2_000)
  await simulation.operators.get('one')?.kill()
  simulation.operator('two')
  await simulation.pass(20_000)
  simulation.cut.clear()
  await simulation.pass(20_000)
  expect(hosted(simulation)).toEqual(['eu-1: chat (ann)', 'us-1: chat (bob)'])
  expect(reportsOf(simulation, 'us-1')).toMatchObject([{ peers: [{ node: 'eu-1' }] }])
  const incarnations = ['eu-1', 'us-1'].flatMap((node) => reportsOf(simulation, node)).map(({ meeting }) => meeting.incarnation)
  expect(new Set(incarnations).size).toBe(1)
})

test('an agent that does not know adoption closes the larger one, whose people join again', async () => {
  const { simulation, smaller, larger } = await twoIncarnations()
  for (const node of simulation.nodes.values()) node.adopts = false
  enter(simulation, 'eu-1', smaller, 'ann')
  enter(simulation, 'us-1', larger, 'bob')
  await simulation.pass(10_000)
  expect(hosted(simulation)).toEqual(['eu-1: chat (ann)'])
  expect(placedIn(await simulation.join('chat', 'bob', { region: 'us-east' })).meeting).toEqual(chat(smaller))
})

test('two incarnations on one node: the larger is closed, since there is no pipe within a node', async () => {
  const { simulation, smaller, larger } = await twoIncarnations()
  enter(simulation, 'eu-1', larger, 'bob')
  await simulation.pass(3_000)
  enter(simulation, 'eu-1', smaller, 'ann')
  await simulation.pass(5_000)
  expect(hosted(simulation)).toEqual(['eu-1: chat (ann)'])
})

test('what is left over from an earlier meeting of the name is closed, not joined', async () => {
  const { simulation, smaller: earlier } = await twoIncarnations()
  await simulation.pass(10)
  placedIn(await simulation.join('standup', 'bob', { region: 'us-east' }))
  await simulation.pass(3_000)
  const standup = { namespace, name: 'standup', incarnation: earlier }
  // It followed orders once: nobody minted it by fallback.
  simulation.nodes
    .get('eu-1')
    ?.put(standup, { epoch: 1, generation: 1, role: 'core', region: 'eu-west', peers: [], limits: { maxParticipants: 9 } })
  simulation.nodes.get('eu-1')?.attach(standup, { participant: 'old', attachment: simulation.mintUlid() })
  await simulation.pass(5_000)
  expect(hosted(simulation)).toEqual(['us-1: standup (bob)'])
})

test('a meeting that a join made is joined, where a leader began it once more that had not heard of the node it stands on', async () => {
  const simulation = await anInstallation()
  simulation.operator('two')
  await simulation.pass(5_000)
  simulation.cutWays.add('two us-1')
  await simulation.pass(5_000)
  const { meeting } = placedIn(await simulation.join('chat', 'ann', { region: 'us-east' }))
  await simulation.pass(2_000)
  await simulation.operators.get('one')?.kill()
  await simulation.pass(30_000)
  const other = placedIn(await simulation.join('chat', 'bob', { region: 'us-east' }))
  expect(other.node).toBe('eu-1')
  expect(other.meeting).not.toEqual(meeting)
  await simulation.pass(40_000) // By now it has an object, which counts the later incarnation.
  expect(simulation.meetingObject('chat')?.status?.incarnation).toBe(other.meeting.incarnation)
  simulation.cutWays.clear()
  await simulation.pass(10_000)
  expect(hosted(simulation)).toEqual(['eu-1: chat (bob)', 'us-1: chat (ann)'])
  expect(reportsOf(simulation, 'eu-1')).toMatchObject([{ meeting, aliases: [other.meeting.incarnation] }])
  expect(reportsOf(simulation, 'us-1')).toMatchObject([{ meeting, peers: [{ node: 'eu-1', up: true }] }])
  expect(simulation.meetingObject('chat')?.status?.incarnation).toBe(meeting.incarnation)
  // Nor does the next one, which hears of the nodes after it has read an object that counted the other.
  await simulation.operators.get('two')?.kill()
  simulation.operator('three')
  await simulation.pass(30_000)
  expect(hosted(simulation)).toEqual(['eu-1: chat (bob)', 'us-1: chat (ann)'])
  expect(await quietWrites(simulation, 60_000)).toEqual([])
})

/** What the leader knows of all meetings; the test ends where nobody leads. */
function meetingsOf(simulation: Simulation): Meetings {
  const leader = simulation.leader()
  if (leader === undefined) throw new Error('nobody leads')
  return leader.world.ledger.meetings
}

test('what followed an earlier leader is part of the meeting once its incarnation turns out to be the one that counts', async () => {
  const { simulation, smaller, larger } = await twoIncarnations()
  for (const name of simulation.nodes.keys()) simulation.cut.add(name)
  const order = { epoch: 1, generation: 1, role: 'core' as const, region: 'us-east', peers: [], limits: { maxParticipants: 9 } }
  simulation.nodes.get('us-1')?.put(chat(smaller), order)
  enter(simulation, 'eu-1', larger, 'ann')
  enter(simulation, 'eu-2', smaller, 'bob')
  const meetings = meetingsOf(simulation)
  // The node that tells which of them counts is heard last.
  for (const node of ['eu-1', 'us-1', 'eu-2'])
    for (const report of reportsOf(simulation, node)) meetings.report(node, report, 5_000)
  const entry = meetings.get(`${namespace}/chat`)
  expect(entry?.incarnation).toBe(smaller)
  expect(entry?.segments.size).toBe(3)
  expect(entry?.strays.size).toBe(0)
})

test('a node keeps the name that it goes on by when an order calls it by the one that it had', async () => {
  const { simulation, smaller, larger } = await twoIncarnations()
  for (const name of simulation.nodes.keys()) simulation.cut.add(name)
  enter(simulation, 'eu-1', larger, 'ann')
  const node = simulation.nodes.get('eu-1')
  const order = { epoch: 1, role: 'core' as const, region: 'eu-west', peers: [], limits: { maxParticipants: 9 } }
  node?.put(chat(smaller), { ...order, generation: 1, adopts: larger })
  for (const generation of [2, 3]) node?.put(chat(larger), { ...order, generation })
  expect(reportsOf(simulation, 'eu-1')).toMatchObject([{ meeting: chat(smaller), aliases: [larger], generation: 3 }])
  expect(node?.get(chat(larger))?.meeting).toEqual(chat(smaller))
})

test('a leader whose incarnation another one made part of a smaller one goes on by that, and closes nobody', async () => {
  const { simulation, smaller, larger } = await twoIncarnations()
  enter(simulation, 'us-1', larger, 'bob')
  enter(simulation, 'eu-1', larger, 'ann')
  await simulation.pass(3_000)
  const [before] = reportsOf(simulation, 'us-1')
  expect(before).toMatchObject({ meeting: chat(larger), epoch: 1 })
  const order = { role: 'core' as const, region: 'us-east', peers: [], limits: { maxParticipants: 9 } }
  simulation.nodes.get('us-1')?.put(chat(smaller), { ...order, epoch: 2, generation: 9, adopts: larger })
  await simulation.pass(10_000)
  expect(hosted(simulation)).toEqual(['eu-1: chat (ann)', 'us-1: chat (bob)'])
  expect(reportsOf(simulation, 'us-1')).toMatchObject([{ meeting: chat(smaller), peers: [{ node: 'eu-1' }] }])
  expect(reportsOf(simulation, 'eu-1')).toMatchObject([{ meeting: chat(smaller), aliases: [larger] }])
})

test('what another leader made part of a meeting that is over is closed as left over, and its people join again', async () => {
  const { simulation } = await twoIncarnations()
  const { meeting: over } = placedIn(await simulation.join('chat', 'bob', { region: 'us-east' }))
  meetingsOf(simulation).get(`${namespace}/chat`)?.restart(undefined)
  await simulation.pass(10_000)
  expect(hosted(simulation)).toEqual([])
  const { meeting: now, node } = placedIn(await simulation.join('chat', 'ann', { region: 'us-east' }))
  const order = { role: 'core' as const, region: 'us-east', peers: [], limits: { maxParticipants: 9 } }
  simulation.nodes.get(node)?.put(over, { ...order, epoch: 2, generation: 9, adopts: now.incarnation })
  expect(reportsOf(simulation, node)).toMatchObject([{ meeting: over, aliases: [now.incarnation] }])
  await simulation.pass(10_000)
  expect(reportsOf(simulation, node).map(({ meeting }) => meeting)).not.toContainEqual(over)
  expect(placedIn(await simulation.join('chat', 'ann')).meeting).toEqual(now)
})

test('the meeting ends for everybody, by whichever incarnation they came', async () => {
  const { simulation, smaller, larger } = await twoIncarnations()
  enter(simulation, 'eu-1', smaller, 'ann')
  enter(simulation, 'us-1', larger, 'bob')
  await simulation.pass(40_000)
  const object = simulation.meetingObject('chat')
  simulation.meeting('chat', { ...object?.spec, ended: true })
  await simulation.pass(10_000)
  expect(hosted(simulation)).toEqual([])
})
