import { expect, test } from 'vitest'

import { specDefaults } from '../../../crds/index.ts'
import { kinds } from '../../kube/kinds.ts'
import { anInstallation, hosted, placedIn } from '../processes/installation.ts'
import type { Simulation } from '../world/simulation.ts'

const statusOf = (simulation: Simulation, name: string) => simulation.nodeObject(name)?.status
const drainOf = (simulation: Simulation, name: string) => statusOf(simulation, name)?.drain
const orderOf = (simulation: Simulation, name: string) => simulation.nodes.get(name)?.drainReport().ordered

/** The meeting `board` of a core and leaves, with these people placed in these regions; they come unless it is only a grant. */
async function aStar(people: readonly { name: string; region: string; comes: boolean }[]): Promise<Simulation> {
  const simulation = await anInstallation()
  simulation.meeting('board', { cascade: { ...specDefaults.Meeting.cascade, topology: 'Star' } })
  await simulation.pass(500)
  for (const { name, region, comes } of people)
    placedIn(comes ? await simulation.join('board', name, { region }) : await simulation.place('board', name, { region }))
  await simulation.pass(3_000)
  return simulation
}

test('a grant that nobody uses keeps no node from being drained, and leaves the last other segment where it is', async () => {
  const simulation = await aStar([
    { name: 'ann', region: 'us-east', comes: true },
    { name: 'bob', region: 'eu-west', comes: false },
  ])
  const [ann] = simulation.nodes.get('us-1')?.segments()[0]?.participants ?? []
  simulation.leave(ann?.attachment ?? '')
  await simulation.pass(1_000)
  expect(hosted(simulation)).toEqual(['eu-1: board ()', 'us-1: board ()'])
  simulation.drain('eu-1', { deadlineSeconds: 600 })
  await simulation.pass(10_000)
  expect(statusOf(simulation, 'eu-1')).toMatchObject({ phase: 'Drained', drain: { left: '0', blocked: false } })
  await simulation.pass(30_000)
  expect(hosted(simulation)).toEqual(['us-1: board ()'])
})

test('who holds a grant for it blocks no drain, whatever their meeting says', async () => {
  const simulation = await aStar([{ name: 'ann', region: 'eu-west', comes: false }])
  placedIn(await simulation.join('standup', 'bob', { excludeNodes: ['eu-2', 'us-1'] }))
  simulation.editMeeting('board', { disruption: 'never' })
  await simulation.pass(1_000)
  expect(hosted(simulation)).toEqual(['eu-1: board ()', 'eu-1: standup (bob)'])
  simulation.drain('eu-1', { deadlineSeconds: 600 })
  await simulation.pass(2_500)
  expect(drainOf(simulation, 'eu-1')).toMatchObject({
    left: '1',
    blocked: false,
    message: 'people are moved to other media nodes',
  })
})

test('a node that nobody is on and that others hear each other through says so, and is drained within a minute', async () => {
  const simulation = await aStar([
    { name: 'ann', region: 'eu-west', comes: true },
    { name: 'bob', region: 'us-east', comes: true },
  ])
  placedIn(await simulation.join('board', 'cid', { excludeNodes: ['eu-1', 'us-1'] }))
  await simulation.pass(3_000)
  expect(hosted(simulation)).toEqual(['eu-1: board (ann)', 'eu-2: board (cid)', 'us-1: board (bob)'])
  // Its leaf gets no other way to the rest.
  simulation.cutPeers.add('eu-2 us-1')
  simulation.drain('eu-1', { deadlineSeconds: 30 })
  for (const seconds of [15, 30]) {
    await simulation.pass(seconds * 1_000)
    expect(hosted(simulation)).toContain('eu-1: board ()')
    expect(statusOf(simulation, 'eu-1')).toMatchObject({
      phase: 'Draining',
      drain: { left: '0', message: 'nobody is left; it passes on the media of demo/board until other media nodes do' },
    })
  }
  await simulation.pass(30_000)
  expect(statusOf(simulation, 'eu-1')).toMatchObject({ phase: 'Drained', drain: { message: 'nobody is left' } })
})

test('a node that was drained goes from that to work again once nobody asks any more: nothing is called off half-way', async () => {
  const simulation = await anInstallation()
  simulation.drain('eu-1', { deadlineSeconds: 600 })
  await simulation.pass(5_000)
  const phases: string[] = []
  simulation.listeners.push({ written: ({ body }) => void phases.push((body as { phase?: string }).phase ?? '') })
  let lost = 3
  simulation.faults.agentCall = (_, { verb }) => (verb === 'putDrain' && lost-- > 0 ? 'lostRequest' : undefined)
  simulation.drain('eu-1', undefined)
  await simulation.pass(20_000)
  expect([...new Set(phases)].filter((phase) => phase !== '')).toEqual(['Ready'])
  expect(lost).toBeLessThan(1)
  const events = simulation.cluster.objects(kinds.Event).filter(({ involvedObject }) => involvedObject.name === 'eu-1')
  expect(events.map(({ reason }) => reason)).not.toContain('DrainCancelled')
})

test('nobody is left on a node that is lost while it drains', async () => {
  const simulation = await aStar([{ name: 'ann', region: 'eu-west', comes: true }])
  simulation.editMeeting('board', { disruption: 'never' })
  simulation.drain('eu-1', { deadlineSeconds: 600 })
  await simulation.pass(5_000)
  expect(drainOf(simulation, 'eu-1')).toMatchObject({ left: '1', blocked: true })
  simulation.kill('eu-1')
  await simulation.pass(10_000)
  expect(statusOf(simulation, 'eu-1')).toMatchObject({ phase: 'Lost', participants: '0', drain: { left: '0', blocked: false } })
})

test('a node that stops before the deadline of its drain says when it does', async () => {
  const simulation = await aStar([{ name: 'ann', region: 'eu-west', comes: true }])
  const stopsAtMs = Math.ceil(simulation.clock.nowMs() / 1_000) * 1_000 + 60_000
  simulation.nodes.get('eu-1')?.stopBy(stopsAtMs)
  simulation.drain('eu-1', { deadlineSeconds: 600 })
  await simulation.pass(2_000)
  expect(Date.parse(drainOf(simulation, 'eu-1')?.deadline ?? '')).toBe(stopsAtMs)
})

/** A drain of eu-1 within a minute that has begun, of ann's meeting, which lets nobody be moved. No operator runs any more. */
async function anOrphanedDrain(): Promise<{ simulation: Simulation; requestedAt: string }> {
  const simulation = await aStar([{ name: 'ann', region: 'eu-west', comes: true }])
  simulation.editMeeting('board', { disruption: 'never' })
  simulation.drain('eu-1', { deadlineSeconds: 60 })
  await simulation.pass(5_000)
  const requestedAt = drainOf(simulation, 'eu-1')?.requestedAt ?? ''
  await simulation.operators.get('one')?.kill()
  return { simulation, requestedAt }
}

test('another deadline of a drain that goes on counts from its beginning, though no operator saw the change', async () => {
  const { simulation, requestedAt } = await anOrphanedDrain()
  simulation.drain('eu-1', { deadlineSeconds: 100 })
  simulation.operator('two')
  await simulation.pass(25_000)
  expect(drainOf(simulation, 'eu-1')).toMatchObject({ requestedAt })
  expect(orderOf(simulation, 'eu-1')).toMatchObject({ deadlineAtMs: Date.parse(requestedAt) + 100_000 })
})

test('a drain that is called off and asked for again while no operator runs has its whole time again', async () => {
  const { simulation } = await anOrphanedDrain()
  const node = simulation.nodes.get('eu-1')
  const [board] = node?.segments() ?? []
  if (board === undefined) throw new Error('nobody is on eu-1')
  simulation.drain('eu-1', undefined)
  simulation.start('eu-1')
  await simulation.pass(200_000)
  node?.attach(board.meeting, { participant: 'bob', attachment: simulation.mintUlid(), fallback: true })
  simulation.drain('eu-1', { deadlineSeconds: 60 })
  const askedAtMs = simulation.clock.nowMs()
  simulation.operator('two')
  await simulation.pass(25_000)
  expect(orderOf(simulation, 'eu-1')?.deadlineAtMs).toBeGreaterThanOrEqual(askedAtMs + 60_000)
  expect(hosted(simulation)).toEqual(['eu-1: board (bob)'])
})
