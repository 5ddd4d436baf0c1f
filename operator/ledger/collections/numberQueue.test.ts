import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { NumberQueue } from './numberQueue.ts'

test('whatever is put and taken out, each number that is in keeps its index', () => {
  const step = fc.record({ put: fc.nat(200), take: fc.nat(200) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const queue = new NumberQueue()
      const all: number[] = []
      for (const { put, take } of steps) {
        for (let count = 0; count < put; count++) {
          expect(queue.put(all.length / 2)).toBe(all.length)
          all.push(all.length / 2)
        }
        queue.dropUntil(Math.min(queue.begin + take, queue.end))
        const kept = Array.from({ length: queue.end - queue.begin }, (_, index) => queue.at(queue.begin + index))
        expect(kept).toEqual(all.slice(queue.begin))
      }
    }),
  )
})

test('a number that is in may be changed', () => {
  const queue = new NumberQueue()
  const index = queue.put(1)
  queue.put(2)
  queue.set(index, 3)
  expect([queue.at(index), queue.at(index + 1)]).toEqual([3, 2])
})
