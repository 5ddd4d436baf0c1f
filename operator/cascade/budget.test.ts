import { expect, test } from 'vitest'

import { pipeBudget } from './budget.ts'

const capacity = { consumersPerWorker: 500, egressBitsPerSecond: 100e6, ingressBitsPerSecond: 100e6, pipePorts: 50 }
const idle = { atMs: 0, workers: [], egressBitsPerSecond: 0, ingressBitsPerSecond: 0, pipes: 0, pipePorts: 0, participants: 0 }

test('an idle node is bounded by its egress where many publish, by its ports where nobody does', () => {
  expect(pipeBudget({ capacity, load: idle, ownPipes: 0 }, 10)).toEqual({ atMost: 5, boundBy: 'egress' })
  expect(pipeBudget({ capacity, load: idle, ownPipes: 0 }, 0)).toEqual({ atMost: 50, boundBy: 'pipe ports' })
})

test('a node that is over all limits keeps the pipes that it has, and takes no more', () => {
  const load = { ...idle, egressBitsPerSecond: 200e6, pipePorts: 60 }
  expect(pipeBudget({ capacity, load, ownPipes: 3 }, 10).atMost).toBe(3)
})
