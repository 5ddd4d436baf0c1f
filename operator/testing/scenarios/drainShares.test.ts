import { expect, test } from 'vitest'

import { anInstallation, placedIn } from '../processes/installation.ts'
import type { Simulation } from '../world/simulation.ts'

const orderOf = (simulation: Simulation, name: string) => simulation.nodes.get(name)?.drainReport().ordered
const messageOf = (simulation: Simulation, name: string) => simulation.nodeObject(name)?.status?.drain?.message
const peopleOn = (simulation: Simulation, name: string): number => simulation.nodes.get(name)?.drainReport().left ?? 0

const audience = { publish: [], subscribe: true, hidden: false }

/** A meeting with so many people on eu-1 and on us-1, an audience unless `spec` says otherwise; eu-2 takes those who go. */
async function aMeetingOnTwo(counts: { eu: number; us: number }, spec?: object): Promise<Simulation> {
  const simulation = await anInstallation()
  simulation.meeting('board', spec ?? {})
  await simulation.pass(500)
  const rights = spec === undefined ? { rights: audience } : {}
  for (const [region, prefix] of [
    ['eu-west', 'eu'],
    ['us-east', 'us'],
  ] as const)
    for (let index = 0; index < counts[prefix]; index++)
      placedIn(await simulation.join('board', `${prefix}-${index}`, { region, ...rights }))
  await simulation.pass(3_000)
  expect([peopleOn(simulation, 'eu-1'), peopleOn(simulation, 'us-1')]).toEqual([counts.eu, counts.us])
  return simulation
}

test('two nodes that are emptied at once are told to share the budget of a meeting, and the one that is left has all of it', async () => {
  const simulation = await aMeetingOnTwo({ eu: 5, us: 9 })
  for (const node of ['eu-1', 'us-1']) simulation.drain(node, { deadlineSeconds: 600, pace: 1 })
  await simulation.pass(3_500)
  const share = (part: number) => ({ shared: [{ meeting: 'demo/board', nodes: 2, part }] })
  expect(orderOf(simulation, 'eu-1')).toMatchObject(share(0))
  expect(orderOf(simulation, 'us-1')).toMatchObject(share(1))
  expect(messageOf(simulation, 'us-1')).toBe('people are moved to other media nodes, of some meetings in turn with eu-1')
  for (let second = 0; second < 20 && peopleOn(simulation, 'eu-1') > 0; second++) await simulation.pass(1_000)
  await simulation.pass(2_500)
  expect(peopleOn(simulation, 'eu-1')).toBe(0)
  expect(peopleOn(simulation, 'us-1')).toBeGreaterThan(0)
  expect(orderOf(simulation, 'us-1')).not.toHaveProperty('shared')
  expect(messageOf(simulation, 'us-1')).toBe('people are moved to other media nodes')
})

test('a node whose people all stay until the deadline takes no part of the budget from another', async () => {
  const simulation = await aMeetingOnTwo({ eu: 2, us: 3 }, { disruption: 'audienceOnly' })
  simulation.drain('eu-1', { deadlineSeconds: 600 })
  await simulation.pass(6_000)
  simulation.drain('us-1', { deadlineSeconds: 600 })
  await simulation.pass(6_000)
  expect(orderOf(simulation, 'us-1')).toMatchObject({ publishersStay: ['demo/board'] })
  for (const node of ['eu-1', 'us-1']) expect(orderOf(simulation, node)).not.toHaveProperty('shared')
})

test('a drain that is cancelled gives its part back', async () => {
  const simulation = await aMeetingOnTwo({ eu: 6, us: 8 })
  for (const node of ['eu-1', 'us-1']) simulation.drain(node, { deadlineSeconds: 600, pace: 1 })
  await simulation.pass(4_000)
  expect(orderOf(simulation, 'us-1')).toHaveProperty('shared')
  simulation.drain('eu-1', undefined)
  await simulation.pass(4_000)
  expect(orderOf(simulation, 'us-1')).not.toHaveProperty('shared')
})
