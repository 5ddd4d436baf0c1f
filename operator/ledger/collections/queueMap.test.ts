import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { QueueMap } from './queueMap.ts'

test('it holds what a map holds, and its first entry is the one that was put the longest ago', () => {
  const step = fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), put: fc.boolean(), item: fc.nat() })
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const queue = new QueueMap<number>()
      const model = new Map<string, number>()
      for (const { key, put, item } of steps) {
        model.delete(key)
        if (put) model.set(key, item)
        if (put) queue.put(key, item)
        else queue.delete(key)
        const [first] = model
        const front = queue.first()
        expect(front === undefined ? undefined : [front.key, front.item]).toEqual(first)
        expect(queue.size).toBe(model.size)
        expect(queue.get(key)).toBe(model.get(key))
      }
    }),
  )
})
