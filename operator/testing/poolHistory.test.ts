import { expect, test } from 'vitest'

import { quietWrites } from './aCluster.ts'
import { PoolHistory, poolFaultsOf } from './poolHistory.ts'

const stepsEach = 40
/** Seeds that found something: a delete that met a conflict was never tried again; a refusal of an ad hoc meeting that had passed stayed told. */
const onceFailed = [10, 211]

test.for([...Array.from({ length: 6 }, (_, index) => index + 1), ...onceFailed])(
  'a pool converges from every crash point: seed %i',
  async (seed) => {
    const history = new PoolHistory(seed)
    await history.run(stepsEach)
    await history.heal()
    expect({ faults: poolFaultsOf(history), told: history.told }).toEqual({ faults: [], told: history.told })
    expect(await quietWrites(history.simulation, 120_000)).toEqual([])
  },
)
