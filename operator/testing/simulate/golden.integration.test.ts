import { expect, test } from 'vitest'

import { goldenLogOf, goldenSeeds, keptLogOf } from './golden.ts'

test.each(goldenSeeds)(
  'history %i goes as it was kept (else look at the difference, then npm run simulate -- --write-golden)',
  async (seed) => {
    expect((await goldenLogOf(seed)).split('\n')).toEqual(keptLogOf(seed).split('\n'))
  },
)
