import { expect, test } from 'vitest'

import { seededRandom } from '../../../kit/seededRandom.ts'
import { anInstallation, placedIn } from '../processes/installation.ts'
import type { Simulation } from '../world/simulation.ts'

const ratePerSecond = 20
const burst = 100
/** Costs the media nodes nothing, so that as many may come as the test wants. */
const noMedia = { publish: [], subscribe: false, hidden: false }

/** When each operator sent writes but those of the Lease from now on; monotonic milliseconds. */
function listen(simulation: Simulation): () => readonly (readonly number[])[] {
  const times = new Map<string, number[]>()
  simulation.listeners.push({
    sent({ kind, atMs, operator }) {
      if (kind !== 'Lease') times.set(operator, [...(times.get(operator) ?? []), atMs])
    },
  })
  return () => [...times.values()]
}

/** The most that was over what the bucket lets out in any window; 0 and less means that it held. */
function worstOver(times: readonly number[]): number {
  let worst = -Infinity
  for (const [first, fromMs] of times.entries())
    for (const [offset, untilMs] of times.slice(first).entries())
      worst = Math.max(worst, offset + 1 - burst - Math.ceil(((untilMs - fromMs) * ratePerSecond) / 1_000))
  return worst
}

/** How many writes so many joins to one meeting cost that is known and active, within less than a minute. */
async function writesOfJoins(joins: number): Promise<number> {
  const simulation = await anInstallation({ random: seededRandom(1) })
  placedIn(await simulation.join('standup', 'first', { region: 'eu-west', rights: noMedia }))
  await simulation.pass(120_000)
  const sent = listen(simulation)
  for (let index = 0; index < joins; index++) {
    placedIn(await simulation.join('standup', `p${index}`, { region: 'eu-west', rights: noMedia }))
    await simulation.pass(50_000 / joins)
  }
  return sent().flat().length
}

test('a join costs the API server nothing: two hundred cost as much as five, the counts of a minute', async () => {
  const few = await writesOfJoins(5)
  expect(few).toBeGreaterThan(0) // The counts of the Meeting and of its MediaNode.
  expect(few).toBeLessThanOrEqual(2)
  expect(await writesOfJoins(200)).toBe(few)
})

test('whatever happens, no more is written than the bucket lets out, and then nothing', async () => {
  const simulation = await anInstallation({ random: seededRandom(2) })
  const sent = listen(simulation)
  for (let index = 0; index < 120; index++) simulation.meeting(`m${index}`, { emptyTimeoutSeconds: 10 })
  await simulation.pass(1_000)
  const answers = await Promise.all(
    Array.from({ length: 120 }, (_, index) => simulation.join(`m${index}`, `p${index}`, { rights: noMedia })),
  )
  await simulation.pass(40_000)
  simulation.drain('eu-1', { deadlineSeconds: 60 })
  simulation.kill('us-1')
  await simulation.pass(20_000)
  await simulation.operators.get('one')?.kill()
  simulation.start('us-1')
  simulation.operator('two')
  await simulation.pass(40_000)
  for (const answer of answers) if (answer.result === 'placed') simulation.leave(answer.attachment)
  for (const node of simulation.nodes.values())
    for (const { participants } of node.segments()) for (const { attachment } of participants) node.detach(attachment)
  await simulation.pass(80_000)
  expect(sent().flat().length).toBeGreaterThan(500)
  expect(
    sent()
      .map(worstOver)
      .filter((over) => over > 0),
  ).toEqual([])
  const settled = sent().flat().length
  await simulation.pass(70_000)
  expect(sent().flat().length - settled).toBe(0)
})
