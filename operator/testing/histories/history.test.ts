import { expect, test } from 'vitest'

import { History } from './history.ts'
import { live } from './historyRun.ts'

const histories = 10
const steps = 30

test.each(Array.from({ length: histories }, (_, index) => index + 1))(
  'history %i converges, and then nothing moves',
  async (seed) => {
    const history = new History(seed)
    expect({ faults: await live(history, steps), told: history.told }).toEqual({ faults: [], told: history.told })
  },
)
