import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { silentLog } from '../../kit/log.ts'
import { seededRandom } from '../../kit/seededRandom.ts'
import { drainPace, underWayAtMost, underWayHere, type DrainOrder } from '../api/drain.ts'
import { fakeCascade, type FakePerson } from '../testing/fakeCascade.ts'
import { NodeDrain } from './drain.ts'
import { startJitterMs } from './pace.ts'

const { settleMs } = drainPace
const stepMs = 50
const hourMs = 3_600_000

/** Whether the person was told to go. */
const wasTold = ({ told }: FakePerson): boolean => told.some((each) => (each as { method?: string }).method === 'closed')

/** Nodes of one meeting with so many people each, and a drain for each node. */
async function nodesWith(counts: readonly number[]) {
  const cascade = fakeCascade()
  const { clock } = cascade
  const nodes = counts.map((_, index) => cascade.node(`n${index}`))
  cascade.order(nodes.flatMap((one, index) => nodes.slice(index + 1).map((other) => [one, other] as const)))
  await cascade.settle()
  const people = nodes.map((node, index) =>
    Array.from({ length: counts[index] ?? 0 }, (_, each) => node.enter(`p${index}-${each}`)),
  )
  await cascade.settle()
  const drains = nodes.map(
    ({ segment }, index) =>
      new NodeDrain({
        ...{ clock, random: seededRandom(index + 1), log: silentLog, onChange: () => undefined },
        segments: () => [segment],
      }),
  )
  const order = (node: number, share?: { nodes: number; part: number }, deadlineMs = hourMs): void => {
    const shared = share === undefined ? {} : { shared: [{ meeting: 'default/standup', ...share }] }
    const wish: DrainOrder = {
      ...{ epoch: 1, draining: true, reason: 'upgrade', deadlineAtMs: clock.nowMs() + deadlineMs, stay: [], ...shared },
    }
    drains[node]?.order(wish)
  }
  const told = (): number[] => people.map((those) => those.filter(wasTold).length)
  /** Lets time pass; returns how many were told at most within the time that one of them takes. */
  async function pass(durationMs: number): Promise<number> {
    const totals: number[] = []
    for (let atMs = 0; atMs < durationMs; atMs += stepMs) {
      await clock.advance(stepMs)
      totals.push(told().reduce((sum, count) => sum + count, 0))
    }
    const window = settleMs / stepMs
    return Math.max(...totals.map((total, index) => total - (totals[index - window] ?? 0)))
  }
  return { order, told, pass }
}

test('the parts of all nodes add up to the budget of the meeting, whatever its size', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 2, max: 64 }), (size, nodes) => {
      const parts = Array.from({ length: nodes }, (_, part) => underWayHere(size, { nodes, part }))
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(underWayAtMost(size))
      expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1)
    }),
  )
})

test('of a meeting on three nodes that are emptied at once no more are under way than of one on one node', async () => {
  const { order, told, pass } = await nodesWith([20, 20, 20])
  for (const part of [0, 1, 2]) order(part, { nodes: 3, part })
  expect(await pass(startJitterMs + 5 * settleMs)).toBeLessThanOrEqual(underWayAtMost(60))
  for (const count of told()) expect(count).toBeGreaterThanOrEqual(8)
})

test('without shares they would be three times as many', async () => {
  const { order, pass } = await nodesWith([20, 20, 20])
  for (const node of [0, 1, 2]) order(node)
  expect(await pass(startJitterMs + 2 * settleMs)).toBeGreaterThan(underWayAtMost(60))
})

test('of a small meeting one node waits until the other is done', async () => {
  const { order, told, pass } = await nodesWith([2, 2])
  for (const part of [0, 1]) order(part, { nodes: 2, part })
  expect(await pass(startJitterMs + 4 * settleMs)).toBe(1)
  expect(told()).toEqual([2, 0])
  order(1)
  await pass(2 * settleMs)
  expect(told()).toEqual([2, 2])
})

test('who waits for others does not wait beyond what their own people need before the deadline', async () => {
  const { order, told, pass } = await nodesWith([40, 3])
  order(0, { nodes: 2, part: 0 }, 30_000)
  order(1, { nodes: 2, part: 1 }, 30_000)
  await pass(30_000 - settleMs)
  expect(told()[1]).toBe(3)
})
