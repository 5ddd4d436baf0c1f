import { expect, test } from 'vitest'

import { sfuErrors } from '../../../sfu/api/errors.ts'
import { anInstallation, hosted, placedIn } from '../processes/installation.ts'
import type { FakeMediaNode } from '../fakes/fakeMediaNode.ts'
import type { Simulation } from '../world/simulation.ts'

const readinessOf = (simulation: Simulation, name: string): string =>
  simulation.nodeObject(name)?.status?.conditions?.find(({ type }) => type === 'Ready')?.message ?? ''

test.each([
  ['calls every order old', () => sfuErrors.raise.stale_order({ epoch: 1, generation: 1 })],
  ['says of every epoch that another operator has it', () => sfuErrors.raise.epoch_shared({ epoch: 1, holder: 'two' })],
])('a media node that %s raises the epoch a few times, is told so in words, and costs others nothing', async (_, refusal) => {
  const simulation = await anInstallation()
  const liar = simulation.nodes.get('eu-1')
  if (liar === undefined) throw new Error('eu-1 is missing')
  const honest = { put: liar.put.bind(liar), drain: liar.drain.bind(liar) }
  const refuse = (): never => {
    throw refusal()
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
  expect([...seen].join('\n')).toMatch(/refuses orders for their epoch though that has risen 3 times for it within 3 minutes/)
  expect(placedIn(await simulation.place('fresh', 'cid', { region: 'eu-west' })).node).toBe('eu-2')
  expect(hosted(simulation)).toContain('us-1: board (bob)')

  Object.assign(liar, honest)
  await simulation.pass(240_000)
  expect(simulation.nodeObject('eu-1')?.status?.phase).toBe('Drained')
})

test.each<[string, (liar: FakeMediaNode) => object, RegExp]>([
  [
    'a later order',
    (liar) => {
      const put = liar.put.bind(liar)
      return { put: (...of: Parameters<typeof put>) => ({ ...put(...of), generation: of[1].generation + 1 }) }
    },
    /takes order 1\/1 and says that it follows 1\/2/,
  ],
  [
    'no drain',
    () => ({ drain: () => ({ drained: false, left: 1, moved: 0 }) }),
    /takes an order to drain and says that it does not/,
  ],
])('a media node that takes an order and says that it follows %s is not believed, and asked seldom', async (_, lie, words) => {
  const simulation = await anInstallation()
  const liar = simulation.nodes.get('eu-1')
  if (liar === undefined) throw new Error('eu-1 is missing')
  Object.assign(liar, lie(liar))
  let calls = 0
  simulation.faults.agentCall = (node) => void (calls += Number(node === 'eu-1'))
  expect(placedIn(await simulation.join('standup', 'ann', { region: 'eu-west' })).node).toBe('eu-1')
  simulation.drain('eu-1', { deadlineSeconds: 600 })
  const seen = new Set<string>()
  for (let second = 0; second < 60; second++) {
    await simulation.pass(1_000)
    seen.add(readinessOf(simulation, 'eu-1'))
  }
  expect([...seen].join('\n')).toMatch(words)
  expect(calls).toBeLessThan(60)
  expect(simulation.leader()?.control.epoch()).toBe(1)
})
