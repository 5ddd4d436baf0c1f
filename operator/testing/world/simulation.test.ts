import { expect, test } from 'vitest'

import { Simulation } from './simulation.ts'

/** Two regions, three nodes, one meeting and an operator that leads. */
async function anInstallation(): Promise<Simulation> {
  const simulation = new Simulation()
  simulation.pool('eu')
  simulation.pool('us')
  simulation.node('eu-1', 'eu')
  simulation.node('us-1', 'us')
  simulation.node('eu-2', 'eu')
  simulation.meeting('standup')
  simulation.operator('one')
  await simulation.pass(5_000)
  return simulation
}

test('two people of two regions meet on two nodes, each with a pipe to the other, and status tells it', async () => {
  const simulation = await anInstallation()
  const ann = await simulation.join('standup', 'ann', { region: 'eu-west' })
  const bob = await simulation.join('standup', 'bob', { region: 'us-east' })
  expect(ann).toMatchObject({ result: 'placed', node: 'eu-1', region: 'eu-west' })
  expect(bob).toMatchObject({ result: 'placed', node: 'us-1', region: 'us-east' })
  await simulation.pass(5_000)
  expect(simulation.nodes.get('eu-1')?.segments()).toMatchObject([{ role: 'core', peers: [{ node: 'us-1', up: true }] }])
  expect(simulation.nodes.get('us-1')?.segments()).toMatchObject([{ role: 'core', peers: [{ node: 'eu-1', up: true }] }])
  expect(simulation.meetingObject('standup')?.status).toMatchObject({
    phase: 'Active',
    nodes: 'eu-1,us-1',
    participants: '2-5',
    segments: [{ node: 'eu-1' }, { node: 'us-1' }],
  })
  expect(simulation.nodeObject('eu-1')?.status).toMatchObject({ phase: 'Ready', addresses: ['127.0.0.1'] })
})
