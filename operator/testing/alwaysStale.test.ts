import { expect, test } from 'vitest'

import { sfuErrors } from '../../sfu/api/errors.ts'
import { anInstallation, hosted, placedIn } from './installation.ts'
import type { Simulation } from './simulation.ts'

const readinessOf = (simulation: Simulation, name: string): string =>
  simulation.nodeObject(name)?.status?.conditions?.find(({ type }) => type === 'Ready')?.message ?? ''

test('a media node that calls every order old raises the epoch a few times, is told so in words, and costs others nothing', async () => {
  const simulation = await anInstallation()
  const liar = simulation.nodes.get('eu-1')
  if (liar === undefined) throw new Error('eu-1 is missing')
  const honest = { put: liar.put.bind(liar), drain: liar.drain.bind(liar) }
  const refuse = (): never => {
    throw sfuErrors.raise.stale_order({ epoch: 1, generation: 1 })
  }
  Object.assign(liar, { put: refuse, drain: refuse })
  simulation.meeting('board')
  await simulation.pass(500)
  const { node } = placedIn(await simulation.join('standup', 'ann', { region: 'eu-west' }))
  expect(node).toBe('eu-1')
  placedIn(await simulation.join('board', 'bob', { region: 'us-east' }))
  simulation.drain('eu-1', { deadlineSeconds: 600 })

  const seen = new Set<string>()
  const epochs = new Set<number | undefined>()
  for (let second = 0; second < 90; second++) {
    await simulation.pass(1_000)
    seen.add(readinessOf(simulation, 'eu-1'))
    epochs.add(simulation.leader()?.control.epoch())
  }
  expect(epochs.size).toBeLessThanOrEqual(4)
  expect([...seen].join('\n')).toMatch(/refuses orders as old though the epoch has risen 3 times for it within 3 minutes/)
  expect(placedIn(await simulation.place('fresh', 'cid', { region: 'eu-west' })).node).toBe('eu-2')
  expect(hosted(simulation)).toContain('us-1: board (bob)')

  Object.assign(liar, honest)
  await simulation.pass(240_000)
  expect(simulation.nodeObject('eu-1')?.status?.phase).toBe('Drained')
})
