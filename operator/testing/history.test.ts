import { expect, test } from 'vitest'

import { History } from './history.ts'
import { faultsOf, stillness } from './invariants.ts'

const histories = 10
const steps = 30
/** Meetings that everybody left end after 300 s, and counts are told within the minute after. */
const untilEmptyOnesEndedMs = 390_000

test.each(Array.from({ length: histories }, (_, index) => index + 1))(
  'history %i converges, and then nothing moves',
  async (seed) => {
    const history = new History(seed)
    await history.run(steps)
    await history.heal()
    const { simulation } = history
    expect([...history.broken, ...faultsOf(simulation)]).toEqual([])
    await simulation.pass(untilEmptyOnesEndedMs)
    const settled = stillness(simulation)
    await simulation.pass(30_000)
    expect(stillness(simulation)).toEqual(settled)
  },
)
