import { expect, test } from 'vitest'

import type { PlacementAnswer } from '../../api/placement.ts'
import { anInstallation, placedIn } from '../processes/installation.ts'
import { namespace, type Simulation } from '../world/simulation.ts'

type Placed = Extract<PlacementAnswer, { result: 'placed' }>

const seatsOf = (simulation: Simulation, meeting: string): number | undefined =>
  simulation.leader()?.world.ledger.meetings.get(`${namespace}/${meeting}`)?.people.seats

/** `standup` for three, on eu-1 with ann and bob, and on us-1 with cid. */
async function aFullMeeting(): Promise<{ simulation: Simulation; ann: Placed; bob: Placed }> {
  const simulation = await anInstallation()
  simulation.meeting('standup', { capacity: { maxParticipants: 3 } })
  const ann = placedIn(await simulation.join('standup', 'ann', { region: 'eu-west' }))
  const bob = placedIn(await simulation.join('standup', 'bob', { region: 'eu-west' }))
  placedIn(await simulation.join('standup', 'cid', { region: 'us-east' }))
  await simulation.pass(2_000)
  return { simulation, ann, bob }
}

const comesBack = (simulation: Simulation, before: Placed, participant: string): Promise<PlacementAnswer> =>
  simulation.join('standup', participant, { replaces: before.attachment, excludeNodes: [before.node], region: 'eu-west' })

test('everybody of a lost node has a place before they ask: seats kept, the way ready, and they find it with the reason', async () => {
  const { simulation, ann, bob } = await aFullMeeting()
  simulation.kill('eu-1')
  await simulation.pass(6_000)
  expect(seatsOf(simulation, 'standup')).toBe(3)
  expect(simulation.nodes.get('eu-2')?.segments()).toMatchObject([{ epoch: 1, participants: [], peers: [{ node: 'us-1' }] }])
  expect(await simulation.place('standup', 'newcomer')).toMatchObject({ result: 'refused', code: 'meeting_full' })
  const again = placedIn(await comesBack(simulation, ann, 'ann'))
  expect(again).toMatchObject({ node: 'eu-2', meeting: ann.meeting })
  const at = String.raw`at 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ`
  const lost = String.raw`eu-1, where they were, was lost ${at} \(silent, and refuses connections\)`
  expect(again.reason).toMatch(new RegExp(String.raw`^${lost}; hosts the meeting in eu-west \(load 0\.\d\d\)$`))
  const { recent = [], segments } = simulation.leader()?.world.ledger.meetings.get(`${namespace}/standup`) ?? {}
  const told = recent.filter(({ participant }) => participant === 'ann').map(({ reason }) => reason)
  expect(told).toEqual([again.reason, expect.stringMatching(new RegExp(`^${lost}; `)) as string, ann.reason])
  expect(segments?.get('eu-2')?.why).toMatch(
    /^for people of eu-1, which was lost \(silent, and refuses connections\); least loaded of 1 in eu-west \(load 0\.\d\d\)$/,
  )
  placedIn(await comesBack(simulation, bob, 'bob'))
  await simulation.pass(120_000)
  expect(seatsOf(simulation, 'standup')).toBe(3)
  expect(
    simulation.nodes
      .get('eu-2')
      ?.segments()[0]
      ?.participants.map(({ participant }) => participant),
  ).toEqual(['ann', 'bob'])
})

test('a place that nobody comes to is free again once its grant would have lapsed', async () => {
  const { simulation } = await aFullMeeting()
  simulation.kill('eu-1')
  await simulation.pass(6_000)
  expect(await simulation.place('standup', 'newcomer')).toMatchObject({ code: 'meeting_full' })
  await simulation.pass(90_000)
  expect(seatsOf(simulation, 'standup')).toBe(1)
  placedIn(await simulation.place('standup', 'newcomer'))
})

test('whoever was quicker than the news keeps the place that they found', async () => {
  const { simulation, ann } = await aFullMeeting()
  simulation.kill('eu-1')
  await simulation.pass(500)
  const early = placedIn(await comesBack(simulation, ann, 'ann'))
  await simulation.pass(10_000)
  expect(early.node).toBe('eu-2')
  expect(seatsOf(simulation, 'standup')).toBe(3)
  expect(simulation.nodes.get('eu-2')?.segments()[0]?.participants).toHaveLength(1)
})

test('where the place is lost too before they come, there is another', async () => {
  const { simulation, ann } = await aFullMeeting()
  simulation.kill('eu-1')
  await simulation.pass(6_000)
  simulation.kill('eu-2')
  await simulation.pass(6_000)
  expect(seatsOf(simulation, 'standup')).toBe(3)
  const again = placedIn(await comesBack(simulation, ann, 'ann'))
  expect(again).toMatchObject({ node: 'us-1', meeting: ann.meeting })
  // They never came to eu-2.
  expect(again.reason).toMatch(/^eu-1, where they were, was lost at /)
})

test('without room anywhere they are told when they ask, and nobody is put where there is none', async () => {
  const { simulation, ann } = await aFullMeeting()
  for (const name of ['eu-2', 'us-1']) simulation.nodes.get(name)?.cpu.splice(0, 1, 0.95)
  await simulation.pass(2_000)
  simulation.kill('eu-1')
  await simulation.pass(6_000)
  expect(simulation.nodes.get('eu-2')?.segments()).toEqual([])
  expect(await comesBack(simulation, ann, 'ann')).toMatchObject({ result: 'tryAfter', code: 'nodes_full' })
  simulation.nodes.get('eu-2')?.cpu.splice(0, 1, 0)
  await simulation.pass(2_000)
  const again = placedIn(await comesBack(simulation, ann, 'ann'))
  expect(again.node).toBe('eu-2')
  expect(again.reason).toMatch(
    /^eu-1, where they were, was lost at .* \(silent, and refuses connections\); least loaded of 1 in eu-west/,
  )
  await simulation.pass(2_000)
  expect(seatsOf(simulation, 'standup')).toBe(3)
  const { lastMoves = [] } = simulation.leader()?.world.ledger.meetings.get(`${namespace}/standup`) ?? {}
  expect(lastMoves).toMatchObject([{ from: 'eu-1', to: 'eu-2', why: 'it was lost (silent, and refuses connections)', people: 1 }])
})

test('five hundred meetings on one node: all are placed anew within one pass, over all other nodes, at the usual pace of writes', async () => {
  const simulation = await anInstallation()
  for (const name of ['eu-3', 'eu-4', 'eu-5']) simulation.node(name, 'eu')
  const large = { consumersPerWorker: 100_000, egressBitsPerSecond: 1e13, ingressBitsPerSecond: 1e13, pipePorts: 10_000 }
  for (const node of simulation.nodes.values()) {
    node.capacity = large
    node.cpu = Array.from({ length: 64 }, () => 0)
    node.hangUp()
  }
  await simulation.pass(5_000)
  const others = ['eu-2', 'eu-3', 'eu-4', 'eu-5']
  const people: { meeting: string; participant: string; attachment: string }[] = []
  for (let index = 0; index < 500; index++) {
    const meeting = `m${index}`
    simulation.meeting(meeting)
    const ref = { namespace, name: meeting, incarnation: simulation.mintUlid() }
    for (const participant of ['ann', 'bob', 'cid', 'dan']) {
      const attachment = simulation.mintUlid()
      simulation.nodes.get('eu-1')?.attach(ref, { participant, attachment, fallback: true })
      people.push({ meeting, participant, attachment })
    }
  }
  await simulation.pass(60_000)
  simulation.kill('eu-1')
  const writesBefore = simulation.cluster.written.length
  await simulation.pass(6_000)
  const { ledger } = simulation.leader()?.world ?? {}
  const seated = others.map(
    (node) =>
      people.filter(({ meeting, participant }) => {
        const entry = ledger?.meetings.get(`${namespace}/${meeting}`)
        return [...(entry?.people.on(node) ?? [])].some((stay) => stay.participant === participant)
      }).length,
  )
  expect(seated.reduce((sum, count) => sum + count, 0)).toBe(2_000)
  expect(Math.max(...seated)).toBeLessThan(2 * Math.min(...seated))
  // One bucket for the whole operator: 100 at once, then 20 a second.
  expect(simulation.cluster.written.length - writesBefore).toBeLessThanOrEqual(100 + 6 * 20 + 10)
  for (const { meeting, participant, attachment } of people) {
    const wish = { replaces: attachment, excludeNodes: ['eu-1'], region: 'eu-west' }
    expect(placedIn(await simulation.join(meeting, participant, wish)).reason).toContain('eu-1, where they were, was lost at ')
  }
  await simulation.pass(2_000)
  const back = others.map(
    (node) =>
      simulation.nodes
        .get(node)
        ?.segments()
        .flatMap((segment) => segment.participants).length ?? 0,
  )
  expect(back.reduce((sum, count) => sum + count, 0)).toBe(2_000)
}, 60_000)

test('whoever was on a node that only a standby has lost keeps their seat when it leads', async () => {
  const { simulation } = await aFullMeeting()
  simulation.operator('two')
  await simulation.pass(3_000)
  // The node lives; the standby does not hear it, and its peers hear nothing of it.
  simulation.cutWays.add('two us-1')
  simulation.setPipes('us-1', false)
  await simulation.pass(20_000)
  await simulation.operators.get('one')?.kill()
  for (let waited = 0; simulation.leader() === undefined && waited < 60_000; waited += 100) await simulation.pass(100)
  expect(simulation.leader()?.name).toBe('two')
  expect(seatsOf(simulation, 'standup')).toBe(3)
  expect(await simulation.place('standup', 'newcomer')).toMatchObject({ result: 'refused', code: 'meeting_full' })
  placedIn(await simulation.join('standup', 'cid', { region: 'eu-west' }))
  expect(seatsOf(simulation, 'standup')).toBe(3)
})
