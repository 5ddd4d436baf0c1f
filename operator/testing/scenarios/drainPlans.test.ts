import { expect, test } from 'vitest'

import { kinds } from '../../kube/kinds.ts'
import { aCluster } from '../world/aCluster.ts'
import { anInstallation, hosted, placedIn } from '../processes/installation.ts'
import type { Simulation } from '../world/simulation.ts'

const drainOf = (simulation: Simulation, name: string) => simulation.nodeObject(name)?.status?.drain
const phaseOf = (simulation: Simulation, name: string): string | undefined => simulation.nodeObject(name)?.status?.phase
const orderOf = (simulation: Simulation, name: string) => simulation.nodes.get(name)?.drainReport().ordered
const sourcesOf = (simulation: Simulation, name: string): readonly string[] =>
  (simulation.nodeObject(name)?.status?.disruptions ?? []).map(({ source }) => source)
const viewer = { publish: [], subscribe: true, hidden: false }

/** A meeting of that disruption with two who publish and one who watches, all on eu-1. */
async function aMeeting(disruption: 'any' | 'audienceOnly' | 'never'): Promise<Simulation> {
  const simulation = await anInstallation()
  simulation.meeting('board', { disruption })
  await simulation.pass(500)
  for (const name of ['ann', 'bob']) placedIn(await simulation.join('board', name, { region: 'eu-west' }))
  placedIn(await simulation.join('board', 'eve', { region: 'eu-west', rights: viewer }))
  await simulation.pass(3_000)
  expect(hosted(simulation)).toEqual(['eu-1: board (ann bob eve)'])
  return simulation
}

test('of a meeting that is never disrupted nobody is moved before the deadline, and status says that it is its wish', async () => {
  const simulation = await aMeeting('never')
  simulation.drain('eu-1', { deadlineSeconds: 120 })
  await simulation.pass(100_000)
  expect(hosted(simulation)).toEqual(['eu-1: board (ann bob eve)'])
  expect(drainOf(simulation, 'eu-1')).toMatchObject({
    blocked: true,
    blockers: [{ meeting: 'demo/board', reason: 'Never', message: 'its spec.disruption lets nobody be moved' }],
    message: 'people stay until the deadline: demo/board: its spec.disruption lets nobody be moved',
  })
  expect(drainOf(simulation, 'eu-1')?.eta).toBe(drainOf(simulation, 'eu-1')?.deadline)
  expect(await simulation.place('board', 'new', { region: 'eu-west' })).toMatchObject({ node: 'eu-2' })
  await simulation.pass(30_000)
  expect(hosted(simulation)).toEqual(['eu-2: board (ann bob eve)'])
  expect(phaseOf(simulation, 'eu-1')).toBe('Drained')
})

test('of one whose audience may be moved the publishers stay until the deadline', async () => {
  const simulation = await aMeeting('audienceOnly')
  simulation.drain('eu-1', { deadlineSeconds: 120 })
  await simulation.pass(60_000)
  expect(hosted(simulation)).toEqual(['eu-1: board (ann bob)', 'eu-2: board (eve)'])
  expect(drainOf(simulation, 'eu-1')).toMatchObject({
    left: '2-5',
    blockers: [{ meeting: 'demo/board', reason: 'AudienceOnly' }],
    message: 'people stay until the deadline: demo/board: whoever may publish stays by its spec.disruption',
  })
  await simulation.pass(70_000)
  expect(hosted(simulation)).toEqual(['eu-2: board (eve ann bob)'])
})

test('where nobody is left who may publish, an audience that may be moved blocks nothing', async () => {
  const simulation = await anInstallation()
  simulation.meeting('board', { disruption: 'audienceOnly' })
  await simulation.pass(500)
  placedIn(await simulation.join('board', 'eve', { region: 'eu-west', rights: viewer }))
  await simulation.pass(3_000)
  simulation.drain('eu-1', { deadlineSeconds: 120 })
  await simulation.pass(10_000)
  expect(phaseOf(simulation, 'eu-1')).toBe('Drained')
  expect(drainOf(simulation, 'eu-1')).not.toHaveProperty('blockers')
})

test('a node that was told to stop keeps them too, until the time that it was given', async () => {
  const simulation = await aMeeting('never')
  simulation.nodes.get('eu-1')?.stopBy(simulation.clock.nowMs() + 60_000)
  await simulation.pass(50_000)
  expect(hosted(simulation)).toEqual(['eu-1: board (ann bob eve)'])
  expect(drainOf(simulation, 'eu-1')).toMatchObject({ reason: 'the media node was told to stop', blocked: true })
  await simulation.pass(20_000)
  expect(hosted(simulation)).toEqual(['eu-2: board (ann bob eve)'])
})

test('a leader that takes over half-way goes on with what was ordered: nobody is moved who was to stay', async () => {
  const simulation = await aMeeting('audienceOnly')
  simulation.drain('eu-1', { deadlineSeconds: 120, pace: 3 })
  await simulation.pass(10_000)
  const before = { ordered: orderOf(simulation, 'eu-1'), eta: drainOf(simulation, 'eu-1')?.eta }
  await simulation.operators.get('one')?.kill()
  simulation.operator('two')
  await simulation.pass(40_000)
  expect(hosted(simulation)).toEqual(['eu-1: board (ann bob)', 'eu-2: board (eve)'])
  expect({ ordered: orderOf(simulation, 'eu-1'), eta: drainOf(simulation, 'eu-1')?.eta }).toEqual(before)
})

test('a drain that was cancelled and is asked for again goes on with who is left, by a deadline of its own', async () => {
  const simulation = await aMeeting('audienceOnly')
  simulation.drain('eu-1', { deadlineSeconds: 60 })
  await simulation.pass(20_000)
  const first = drainOf(simulation, 'eu-1')?.deadline ?? ''
  simulation.drain('eu-1', undefined)
  await simulation.pass(60_000)
  expect(hosted(simulation)).toEqual(['eu-1: board (ann bob)', 'eu-2: board (eve)'])
  simulation.drain('eu-1', { deadlineSeconds: 60 })
  await simulation.pass(30_000)
  expect(drainOf(simulation, 'eu-1')).toMatchObject({ left: '2-5', blockers: [{ reason: 'AudienceOnly' }] })
  expect(Date.parse(drainOf(simulation, 'eu-1')?.deadline ?? '')).toBeGreaterThan(Date.parse(first) + 50_000)
  await simulation.pass(40_000)
  expect(hosted(simulation)).toEqual(['eu-2: board (eve ann bob)'])
})

test('a meeting that changes its mind while a node drains is moved then', async () => {
  const simulation = await aMeeting('never')
  simulation.drain('eu-1', { deadlineSeconds: 600 })
  await simulation.pass(10_000)
  const object = simulation.meetingObject('board')
  simulation.cluster.put(kinds.Meeting, { ...object, spec: { ...object?.spec, disruption: 'any' } })
  await simulation.pass(15_000)
  expect(hosted(simulation)).toEqual(['eu-2: board (ann bob eve)'])
})

test('the pace that was asked for is ordered, and an edited deadline or pace is ordered anew', async () => {
  const simulation = await aMeeting('never')
  simulation.drain('eu-1', { deadlineSeconds: 600, pace: 2 })
  await simulation.pass(5_000)
  const first = orderOf(simulation, 'eu-1')
  expect(first).toMatchObject({ pace: 2, stay: ['demo/board'] })
  const requestedAt = drainOf(simulation, 'eu-1')?.requestedAt ?? ''
  for (const deadlineSeconds of [60, 1_200]) {
    simulation.drain('eu-1', { deadlineSeconds })
    await simulation.pass(3_000)
    expect(orderOf(simulation, 'eu-1')).toMatchObject({ deadlineAtMs: Date.parse(requestedAt) + deadlineSeconds * 1_000 })
    expect(orderOf(simulation, 'eu-1')).not.toHaveProperty('pace')
  }
  expect(drainOf(simulation, 'eu-1')?.requestedAt).toBe(requestedAt)
})

test('a media node that is older, and knows nothing of a pace, drains all the same, and is ordered once', async () => {
  const simulation = await aMeeting('never')
  const node = simulation.nodes.get('eu-1')
  if (node === undefined) throw new Error('eu-1 is missing')
  const asToday = node.drain.bind(node)
  let orders = 0
  node.drain = (order) => {
    orders += 1
    const { pace: _, ...known } = { pace: undefined, ...order }
    return asToday(known)
  }
  simulation.drain('eu-1', { deadlineSeconds: 60, pace: 2 })
  await simulation.pass(20_000)
  expect(orderOf(simulation, 'eu-1')).toMatchObject({ stay: ['demo/board'] })
  expect(orders).toBe(1)
  simulation.drain('eu-1', { deadlineSeconds: 90, pace: 2 })
  await simulation.pass(5_000)
  expect(orders).toBe(2)
  simulation.nodes.get('eu-1')?.restart()
  await simulation.pass(5_000)
  expect(orderOf(simulation, 'eu-1')).toMatchObject({ stay: [] })
  expect(orders).toBe(3)
})

test('a drain that nobody hinders tells when it will be done, once', async () => {
  const simulation = await anInstallation()
  for (let index = 0; index < 30; index++) placedIn(await simulation.join(`chat-${index}`, 'ann', { region: 'eu-west' }))
  await simulation.pass(3_000)
  const etas = new Set<string>()
  simulation.drain('eu-1', { deadlineSeconds: 600, pace: 1 })
  for (let second = 0; second < 120 && phaseOf(simulation, 'eu-1') !== 'Drained'; second++) {
    await simulation.pass(1_000)
    const { eta } = drainOf(simulation, 'eu-1') ?? {}
    if (eta !== undefined) etas.add(eta)
  }
  expect(phaseOf(simulation, 'eu-1')).toBe('Drained')
  expect(etas.size).toBe(1)
  const [eta = ''] = etas
  expect(Math.abs(Date.parse(eta) - simulation.clock.nowMs())).toBeLessThan(15_000)
})

test('several reasons at once are told each with its deadline, the earliest counts, and each can be taken away alone', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 1, drain: { deadlineSeconds: 300 } })
  for (const host of ['k2', 'k3']) kubernetes.host(host, { unschedulable: true })
  const { node } = placedIn(await simulation.join('standup', 'ann'))
  await simulation.pass(1_000)
  const beganMs = simulation.clock.nowMs()
  const secondsUntilDeadline = (): number => (Date.parse(drainOf(simulation, node)?.deadline ?? '') - beganMs) / 1_000
  kubernetes.host('k1', { unschedulable: true })
  simulation.drain(node, { deadlineSeconds: 400, reason: 'kernel upgrade' })
  await simulation.pass(5_000)
  expect(orderOf(simulation, node)?.reason).toMatch(/^asked for by spec.drain: kernel upgrade; .*k1 is cordoned/)
  expect(secondsUntilDeadline()).toBeCloseTo(300, -1)
  expect(sourcesOf(simulation, node)).toEqual(['NodeCordoned'])
  kubernetes.host('k1')
  await simulation.pass(5_000)
  expect(orderOf(simulation, node)?.reason).toBe('asked for by spec.drain: kernel upgrade')
  expect(secondsUntilDeadline()).toBeCloseTo(400, -1)
  expect(sourcesOf(simulation, node)).toEqual([])
  simulation.drain(node, undefined)
  await simulation.pass(5_000)
  expect(phaseOf(simulation, node)).toBe('Ready')
})
