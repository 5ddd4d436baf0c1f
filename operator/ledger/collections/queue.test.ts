import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { Queue, type Queued } from './queue.ts'

interface Item extends Queued<Item> {
  readonly key: string
}

test('its first item is the one that was put the longest ago, whatever was put again or taken out', () => {
  const keys = ['a', 'b', 'c', 'd'] as const
  const step = fc.record({ key: fc.constantFrom(...keys), put: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const items = new Map<string, Item>(keys.map((key) => [key, { key, before: undefined, after: undefined }]))
      const queue = new Queue<Item>()
      const model = new Set<string>()
      for (const { key, put } of steps) {
        const item = items.get(key)
        if (item === undefined) continue
        const was = model.delete(key)
        if (put) model.add(key)
        const wasIn = put ? queue.has(item) : queue.delete(item)
        if (put) queue.put(item)
        expect(wasIn).toBe(was)
        expect(queue.has(item)).toBe(put)
        expect(queue.first()?.key).toBe([...model][0])
      }
      const order: string[] = []
      for (let first = queue.first(); first !== undefined; first = queue.first()) {
        order.push(first.key)
        queue.delete(first)
      }
      expect(order).toEqual([...model])
    }),
  )
})
