import { expect, test } from 'vitest'

import { createMetrics } from '../../kit/metrics.ts'
import { operatorMetrics } from '../metrics.ts'
import { measureDrains } from './measureDrains.ts'

test('drains are counted by whether somebody is left, and their people summed; none is zero, not silence', async () => {
  const metrics = createMetrics(operatorMetrics)
  const shown = async (): Promise<readonly string[]> =>
    (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith('parley_drain'))
  measureDrains(
    [
      { drained: false, left: 7, moved: 3 },
      { drained: false, left: 1, moved: 0 },
      { drained: true, left: 0, moved: 12 },
    ],
    metrics,
  )
  expect(await shown()).toEqual([
    'parley_drains{phase="draining"} 2',
    'parley_drains{phase="drained"} 1',
    'parley_drain_people_left 8',
    'parley_drain_people_told 15',
  ])
  measureDrains([], metrics)
  expect((await shown()).every((line) => line.endsWith(' 0'))).toBe(true)
})
