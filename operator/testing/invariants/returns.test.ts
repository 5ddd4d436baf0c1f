import { expect, test } from 'vitest'

import { anInstallation, placedIn } from '../processes/installation.ts'
import type { GivenPlace } from '../world/simulatedEars.ts'
import type { Simulation } from '../world/simulation.ts'
import { Returns } from './returns.ts'

const standup = { namespace: 'demo', name: 'standup', incarnation: '01J00000000000000000000002' }

/** The check, and places that ann is given by the operator of an installation. */
async function aCheck(): Promise<{ simulation: Simulation; returns: Returns; give: (more: Partial<GivenPlace>) => void }> {
  const simulation = await anInstallation()
  const operator = simulation.leader()
  if (operator === undefined) throw new Error('nobody leads')
  const returns = new Returns(simulation)
  const takers = ['eu-1', 'eu-2', 'us-1']
  const place = { operator, meeting: standup, participant: 'ann', node: 'eu-2', failed: [], takers, isMeant: false }
  return { simulation, returns, give: (more) => returns.gavePlace({ ...place, ...more }) }
}

test('who was failed by a node is placed on it again, though there are others', async () => {
  const { returns, give } = await aCheck()
  give({ failed: ['eu-1'] })
  give({ node: 'eu-1', isMeant: true })
  give({ node: 'eu-1', failed: ['eu-2', 'us-1'] })
  expect(returns.faults).toEqual([])
  give({ participant: 'bob', failed: ['eu-1'] })
  give({ participant: 'bob', node: 'eu-1' })
  expect(returns.faults).toEqual(['one places bob of standup on eu-1 at 5000, which failed them at 5000'])
})

test('all that failed somebody one after the other are kept from them until none has for a minute', async () => {
  const { simulation, returns, give } = await aCheck()
  give({ failed: ['eu-1'] })
  await simulation.pass(50_000)
  give({ failed: ['us-1'] })
  await simulation.pass(50_000)
  give({ failed: ['eu-2'], node: 'eu-1' })
  expect(returns.faults).toEqual([])
  give({ node: 'us-1', takers: ['eu-1', 'us-1', 'us-2'] })
  expect(returns.faults).toEqual(['one places ann of standup on us-1 at 105000, which failed them at 55000'])
  await simulation.pass(62_000)
  give({ node: 'us-1' })
  expect(returns.faults).toHaveLength(1)
})

test('a node that many say has failed them has failed each of them, though it takes nobody for a while', async () => {
  const simulation = await anInstallation()
  const returns = new Returns(simulation)
  const given: GivenPlace[] = []
  simulation.listeners.push(returns, { gavePlace: (place) => void given.push(place) })
  for (const name of ['ann', 'bob']) placedIn(await simulation.join('standup', name, { region: 'eu-west' }))
  await simulation.pass(2_000)
  for (const name of ['ann', 'bob']) placedIn(await simulation.join('standup', name, { excludeNodes: ['eu-1'] }))
  expect(given.at(-1)).toMatchObject({ participant: 'bob', failed: ['eu-1'], takers: ['us-1', 'eu-2'] })
  // Once that is over, and the others have failed them too, there is none left that has not: any may take them again.
  await simulation.pass(40_000)
  placedIn(await simulation.join('standup', 'bob', { excludeNodes: ['us-1'] }))
  expect(given.at(-1)?.node).toBe('eu-2')
  placedIn(await simulation.join('standup', 'bob', { excludeNodes: ['eu-2'], region: 'us-east' }))
  expect(given.at(-1)).toMatchObject({ node: 'us-1', takers: expect.arrayContaining(['eu-1']) as string[] })
  expect(returns.faults).toEqual([])
})

test('a node without room is no other: who was failed by the only one that has some is taken by it again', async () => {
  const simulation = await anInstallation()
  const returns = new Returns(simulation)
  const given: GivenPlace[] = []
  simulation.listeners.push(returns, { gavePlace: (place) => void given.push(place) })
  placedIn(await simulation.join('standup', 'ann', { region: 'eu-west' }))
  await simulation.pass(2_000)
  expect(placedIn(await simulation.join('standup', 'ann', { excludeNodes: ['eu-1'], region: 'eu-west' })).node).toBe('eu-2')
  for (const name of ['eu-2', 'us-1']) {
    const node = simulation.nodes.get(name)
    if (node !== undefined) node.cpu = [0.95]
  }
  await simulation.pass(2_000)
  placedIn(await simulation.join('standup', 'ann', { region: 'eu-west' }))
  expect(given.at(-1)).toMatchObject({ node: 'eu-1', takers: ['eu-1'] })
  expect(returns.faults).toEqual([])
})
