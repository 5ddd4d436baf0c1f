import { expect, test } from 'vitest'

import { anInstallation, hosted, placedIn } from '../processes/installation.ts'
import { namespace, type Simulation } from '../world/simulation.ts'

const movesOf = (simulation: Simulation) => simulation.meetingObject('standup')?.status?.lastMoves
const inWords = (simulation: Simulation): readonly string[] =>
  (movesOf(simulation) ?? []).map(({ from, to, people, why }) => `${people} ${from} > ${to}: ${why}`)

/** Ann and Bob on eu-1, and their attachments. */
async function aMeeting(): Promise<{ simulation: Simulation; ann: string; bob: string }> {
  const simulation = await anInstallation()
  const ann = placedIn(await simulation.join('standup', 'ann', { region: 'eu-west' })).attachment
  const bob = placedIn(await simulation.join('standup', 'bob', { region: 'eu-west' })).attachment
  await simulation.pass(3_000)
  expect(hosted(simulation)).toEqual(['eu-1: standup (ann bob)'])
  return { simulation, ann, bob }
}

test('status tells within a minute who was moved by a drain, from where, whither and why; a join moves nobody', async () => {
  const { simulation } = await aMeeting()
  expect(movesOf(simulation)).toBeUndefined()
  const beganMs = simulation.clock.nowMs()
  simulation.drain('eu-1', { deadlineSeconds: 600, reason: 'kernel upgrade' })
  await simulation.pass(70_000)
  expect(inWords(simulation)).toEqual(['2-5 eu-1 > eu-2: draining: asked for by spec.drain: kernel upgrade'])
  const [move] = movesOf(simulation) ?? []
  expect(Math.abs(Date.parse(move?.time ?? '') - beganMs)).toBeLessThan(10_000)
})

test('who is moved since somebody asked for it has those words, and who was failed by a node what is the matter with that', async () => {
  const { simulation, ann } = await aMeeting()
  const moved = simulation.leader()?.mover.move({ namespace, name: 'standup' }, 'ann', {
    ...{ attachment: ann, node: 'us-1', reason: 'nearer to her' },
  })
  expect(await moved).toMatchObject({ result: 'ordered' })
  await simulation.pass(5_000)
  simulation.kill('eu-1')
  await simulation.pass(10_000)
  placedIn(await simulation.join('standup', 'bob', { region: 'eu-west', excludeNodes: ['eu-1'] }))
  await simulation.pass(70_000)
  expect(inWords(simulation)).toEqual([
    expect.stringMatching(/^1 eu-1 > eu-2: it was lost \(silent/) as string,
    '1 eu-1 > us-1: nearer to her',
  ])
})

/** Everybody goes from one of two nodes to the other. */
async function swap(simulation: Simulation, turn: number): Promise<void> {
  const [from, to] = turn % 2 === 0 ? (['eu-1', 'eu-2'] as const) : (['eu-2', 'eu-1'] as const)
  simulation.drain(to, undefined)
  await simulation.pass(5_000)
  simulation.drain(from, { deadlineSeconds: 600, reason: `turn ${turn}` })
  await simulation.pass(70_000)
}

test('the next leader goes on from what was told, and keeps the last five', async () => {
  const { simulation } = await aMeeting()
  for (let turn = 0; turn < 4; turn++) await swap(simulation, turn)
  expect(inWords(simulation)).toHaveLength(4)
  await simulation.operators.get('one')?.stop()
  simulation.operator('two')
  await simulation.pass(20_000)
  for (let turn = 4; turn < 6; turn++) await swap(simulation, turn)
  expect(inWords(simulation).map((line) => line.slice(-6))).toEqual(['turn 5', 'turn 4', 'turn 3', 'turn 2', 'turn 1'])
  const times = movesOf(simulation)?.map(({ time }) => time) ?? []
  expect(times).toEqual(times.toSorted().toReversed())
})
