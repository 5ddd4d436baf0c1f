import { expect, test } from 'vitest'

import type { PlacementAnswer } from '../../api/placement.ts'
import { seededRandom } from '../../../kit/seededRandom.ts'
import { anInstallation, hosted, placedIn } from '../processes/installation.ts'
import { limitIn, type SimulatedOperator } from '../world/simulatedOperator.ts'
import { namespace, type Simulation } from '../world/simulation.ts'

type Placed = Extract<PlacementAnswer, { result: 'placed' }>
const capacity = 5

const peopleIn = ({ nodes }: Simulation): number =>
  [...nodes.values()].reduce((sum, node) => sum + (node.segments()[0]?.participants.length ?? 0), 0)

function attach({ nodes }: Simulation, participant: string, { node, meeting, attachment, grant }: Placed): string {
  try {
    nodes.get(node)?.attach(meeting, { participant, attachment, limit: limitIn(grant) })
    return 'attached'
  } catch (thrown) {
    return (thrown as { code: string }).code
  }
}

let keys = 0
/** Asks one operator, whether it leads or only believes so. */
function placeBy({ placer }: SimulatedOperator, participant: string): Promise<PlacementAnswer> {
  const rights = { publish: ['microphone' as const], subscribe: true, hidden: false }
  const request = { participant, displayName: participant, rights, idempotencyKey: `capacity-${++keys}`, region: 'eu-west' }
  return placer.place({ namespace, name: 'small' }, request, 'signaling')
}

/** A meeting of five with three people in it, and two grants that nobody has used yet. */
async function aSmallMeeting(random?: () => number): Promise<{ simulation: Simulation; unused: [string, Placed][] }> {
  const simulation = await anInstallation(random === undefined ? {} : { random })
  simulation.meeting('small', { capacity: { maxParticipants: capacity } })
  await simulation.pass(1_000)
  for (const name of ['p1', 'p2', 'p3']) placedIn(await simulation.join('small', name, { region: 'eu-west' }))
  const unused: [string, Placed][] = []
  for (const name of ['p4', 'p5']) unused.push([name, placedIn(await simulation.place('small', name, { region: 'eu-west' }))])
  expect(await simulation.place('small', 'p6')).toMatchObject({ result: 'refused', code: 'meeting_full' })
  await simulation.pass(2_000)
  return { simulation, unused }
}

test('grants that a dead leader left behind are worth nothing once the next one counts', async () => {
  const { simulation, unused } = await aSmallMeeting()
  await simulation.operators.get('one')?.kill()
  simulation.operator('two')
  await simulation.pass(20_000)
  const late = [placedIn(await simulation.join('small', 'p7')), placedIn(await simulation.join('small', 'p8'))]
  expect(late.map(({ decidedBy }) => decidedBy)).toEqual(['operator', 'operator'])
  expect(await simulation.place('small', 'p9')).toMatchObject({ result: 'refused', code: 'meeting_full' })
  expect(unused.map(([name, placed]) => attach(simulation, name, placed))).toEqual(['grant_superseded', 'grant_superseded'])
  expect(peopleIn(simulation)).toBe(capacity)
})

test('until its media nodes have heard of a new leader, a meeting with a capacity puts new people off, and nobody else', async () => {
  const { simulation } = await aSmallMeeting()
  await simulation.operators.get('one')?.kill()
  const two = simulation.operator('two')
  for (let waited = 0; simulation.leader() === undefined && waited < 60_000; waited += 100) await simulation.clock.advance(100)
  const ledger = two.world.ledger
  const [segment] = ledger.meetings.get(`${namespace}/small`)?.segments.values() ?? []
  if (segment?.report === undefined) throw new Error('the segment is not heard')
  segment.report = { ...segment.report, epoch: 1 }
  expect(await placeBy(two, 'p7')).toMatchObject({
    ...{ result: 'tryAfter', code: 'meeting_settling' },
    reason: 'eu-1 has not heard of this operator yet, and what an earlier one promised there is not known',
  })
  expect(await placeBy(two, 'p1')).toMatchObject({ result: 'placed' })
  expect(await simulation.place('standup', 'p7')).toMatchObject({ result: 'placed' })
})

test('two operators that both believe to lead never let more in than there are places', async () => {
  let fullest = 0
  for (let seed = 1; seed <= 40; seed++) {
    const random = seededRandom(seed)
    const { simulation, unused } = await aSmallMeeting()
    const one = simulation.operators.get('one')
    if (one === undefined) throw new Error('nobody leads')
    simulation.cutFromApi.add('one')
    const two = simulation.operator('two')
    await simulation.pass(20_000 + random() * 2_000)
    const grants = [...unused]
    for (let step = 0; step < 30; step++) {
      const name = `q${step}`
      const answer = await placeBy(random() < 0.5 ? one : two, name)
      if (answer.result === 'placed') grants.push([name, answer])
      const [next] = grants.splice(Math.floor(random() * grants.length), 1)
      if (next !== undefined && random() < 0.7) attach(simulation, ...next)
      if (random() < 0.3) await simulation.pass(random() * 500)
      expect(peopleIn(simulation)).toBeLessThanOrEqual(capacity)
    }
    for (const grant of grants) attach(simulation, ...grant)
    fullest = Math.max(fullest, peopleIn(simulation))
  }
  expect(fullest).toBe(capacity)
})

/** How many people each node lets in by the order that it follows. */
const placesOn = ({ nodes }: Simulation): Record<string, number | undefined> =>
  Object.fromEntries(
    [...nodes.values()].flatMap((node) => node.segments().map((segment) => [node.name, segment.places] as const)),
  )

/** The small meeting with p1 to p3 on eu-1, and p4 on us-1. */
async function onTwoNodes(): Promise<Simulation> {
  const { simulation } = await aSmallMeeting()
  await simulation.pass(80_000)
  expect(placedIn(await simulation.join('small', 'p4', { region: 'us-east' })).node).toBe('us-1')
  await simulation.pass(1_000)
  return simulation
}

/** Somebody comes to a node while no operator answers. */
function fallBackTo({ nodes, mintUlid }: Simulation, node: string, participant: string): string {
  const [{ meeting } = { meeting: undefined }] = nodes.get('eu-1')?.segments() ?? []
  if (meeting === undefined) throw new Error('eu-1 does not host the meeting')
  const limit = { maxParticipants: capacity, standing: true }
  try {
    nodes.get(node)?.attach(meeting, { participant, attachment: mintUlid(), fallback: true, limit })
    return 'attached'
  } catch (thrown) {
    return (thrown as { code: string }).code
  }
}

test('each segment has its part of the places, and a new one gets it from the others', async () => {
  const simulation = await onTwoNodes()
  expect(placesOn(simulation)).toEqual({ 'eu-1': 4, 'us-1': 1 })
  placedIn(await simulation.join('small', 'p5', { region: 'us-east' }))
  await simulation.pass(1_000)
  expect(placesOn(simulation)).toEqual({ 'eu-1': 3, 'us-1': 2 })
})

test('while no operator answers, each node gives away its own places and no more, whoever it hears of', async () => {
  const simulation = await onTwoNodes()
  await simulation.operators.get('one')?.kill()
  simulation.setPipes('us-1', false)
  await simulation.pass(2_000)
  expect(fallBackTo(simulation, 'us-1', 'q1')).toBe('no_place_here')
  expect(fallBackTo(simulation, 'eu-1', 'q1')).toBe('attached')
  expect(fallBackTo(simulation, 'eu-1', 'q2')).toBe('no_place_here')
  // One that has no order has no places: the meeting stands elsewhere.
  expect(fallBackTo(simulation, 'eu-2', 'q2')).toBe('no_place_here')
  expect(peopleIn(simulation)).toBe(capacity)
})

test('a new leader takes the places of a node that it does not hear for taken, and says so', async () => {
  const simulation = await onTwoNodes()
  await simulation.operators.get('one')?.kill()
  simulation.cutWays.add('two us-1')
  simulation.cutWays.add('two us-2')
  simulation.operator('two')
  for (let waited = 0; simulation.leader() === undefined && waited < 60_000; waited += 100) await simulation.clock.advance(100)
  await simulation.pass(500)
  placedIn(await simulation.join('small', 'q1', { region: 'eu-west' }))
  expect(await simulation.place('small', 'q2', { region: 'eu-west' })).toMatchObject({
    ...{ result: 'tryAfter', code: 'meeting_settling' },
    reason: 'the places that are left may be taken on us-1, of which nothing is heard now',
  })
  simulation.cutWays.clear()
  await simulation.pass(10_000)
  expect(await simulation.place('small', 'q2')).toMatchObject({ result: 'refused', code: 'meeting_full' })
  expect(peopleIn(simulation)).toBe(capacity)
})

test('a segment that a leader opens who does not reach the others lets nobody in, then and when another one leads', async () => {
  const { simulation } = await aSmallMeeting()
  await simulation.pass(80_000)
  const one = simulation.operators.get('one')
  if (one === undefined) throw new Error('nobody leads')
  simulation.cutFromApi.add('one')
  simulation.cutWays.add('one eu-1')
  simulation.operator('two')
  const rights = { publish: ['microphone' as const], subscribe: true, hidden: false }
  const request = { participant: 'q1', displayName: 'q1', rights, idempotencyKey: 'late-1', region: 'us-east' }
  const late = placedIn(await one.placer.place({ namespace, name: 'small' }, request, 'signaling'))
  expect(late.node).toBe('us-1')
  await simulation.pass(1_000)
  expect(placesOn(simulation)).toEqual({ 'eu-1': 5, 'us-1': 0 })
  expect(attach(simulation, 'q1', late)).toBe('no_place_here')
  await simulation.pass(20_000)
  expect(simulation.leader()?.name).toBe('two')
  for (const name of ['q2', 'q3']) placedIn(await simulation.join('small', name, { region: 'eu-west' }))
  expect(attach(simulation, 'q1', late)).not.toBe('attached')
  expect(peopleIn(simulation)).toBe(capacity)
})

test('a seat that is kept in a meeting with too many in it lets nobody in again: who is out is told that it is full, who is in moves', async () => {
  const simulation = await onTwoNodes()
  placedIn(await simulation.place('small', 'p5'))
  simulation.editMeeting('small', { capacity: { maxParticipants: 3 } })
  await simulation.pass(1_000)
  expect(await simulation.place('small', 'p5')).toMatchObject({ result: 'refused', code: 'meeting_full' })
  const [before] = simulation.nodes.get('us-1')?.segments()[0]?.participants ?? []
  expect(await simulation.join('small', 'p4', { excludeNodes: ['us-1'] })).toMatchObject({ result: 'placed', node: 'eu-1' })
  simulation.leave(before?.attachment ?? '')
  await simulation.pass(1_000)
  expect(hosted(simulation)).toEqual(['eu-1: small (p1 p2 p3 p4)', 'us-1: small ()'])
})

test('a node that is declared lost though it lives has at most its own places beside, and nobody is let in until as many have left', async () => {
  const simulation = await onTwoNodes()
  simulation.cut.add('us-1')
  simulation.setPipes('us-1', false)
  await simulation.pass(5_000)
  expect(simulation.nodeObject('us-1')?.status?.phase).toBe('Lost')
  // The seat of whoever is still there is kept for as long as somebody who notices needs to come back.
  placedIn(await simulation.join('small', 'p5', { region: 'eu-west' }))
  expect(await simulation.place('small', 'q1', { region: 'eu-west' })).toMatchObject({ code: 'meeting_full' })
  await simulation.pass(70_000)
  placedIn(await simulation.join('small', 'q1', { region: 'eu-west' }))
  expect(await simulation.place('small', 'q2', { region: 'eu-west' })).toMatchObject({ code: 'meeting_full' })
  expect(fallBackTo(simulation, 'us-1', 'q2')).toBe('no_place_here')
  expect(peopleIn(simulation)).toBe(capacity + 1)
  simulation.cut.clear()
  simulation.setPipes('us-1', true)
  await simulation.pass(30_000)
  expect(peopleIn(simulation)).toBe(capacity + 1)
  const stays = [...simulation.nodes.values()].flatMap((node) => node.segments()).flatMap(({ participants }) => participants)
  const [first, second] = stays.map(({ attachment }) => attachment)
  simulation.leave(first ?? '')
  await simulation.pass(1_000)
  expect(await simulation.place('small', 'q2', { region: 'eu-west' })).toMatchObject({ code: 'meeting_full' })
  simulation.leave(second ?? '')
  await simulation.pass(1_000)
  placedIn(await simulation.join('small', 'q2', { region: 'eu-west' }))
  expect(peopleIn(simulation)).toBe(capacity)
})
