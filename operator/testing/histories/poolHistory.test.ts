import { expect, test } from 'vitest'

import { quietWrites } from '../world/aCluster.ts'
import { PoolHistory, poolFaultsOf } from './poolHistory.ts'
import { StormyPools } from './stormyPools.ts'

const stepsEach = 40
/** Seeds that found something: a delete that met a conflict was never tried again; a refusal of an ad hoc meeting that had passed stayed told. */
const onceFailed = [10, 211]
/** Lives a history; it must converge, and then nothing may be written. */
async function live(history: PoolHistory): Promise<void> {
  await history.run(stepsEach)
  await history.heal()
  const faults = [...history.broken(), ...poolFaultsOf(history)]
  expect({ faults, told: history.told }).toEqual({ faults: [], told: history.told })
  expect(await quietWrites(history.simulation, 120_000)).toEqual([])
}

test.for([...Array.from({ length: 6 }, (_, index) => index + 1), ...onceFailed])('a pool converges: seed %i', (seed) =>
  live(new PoolHistory(seed)),
)

test.for(Array.from({ length: 6 }, (_, index) => index + 1))('a pool converges after faults at any call: seed %i', (seed) =>
  live(new StormyPools(seed)),
)

test('a storm brings what it is to bring: faults of calls, answers and events, and operators that die', async () => {
  const counts = new Map<string, number>()
  for (let seed = 1; seed <= 6; seed++) {
    const history = new StormyPools(seed)
    await history.run(stepsEach)
    for (const [name, count] of Object.entries(history.counters.toJSON())) counts.set(name, (counts.get(name) ?? 0) + count)
    await history.killOperators()
  }
  const wanted = ['api lostAnswer', 'api conflict', 'api staleList', 'api eventLate', 'agent hung', 'operator paused']
  expect(wanted.filter((name) => !counts.has(name))).toEqual([])
  expect([...counts.keys()].filter((name) => name.includes('crash')).length).toBeGreaterThan(0)
})
