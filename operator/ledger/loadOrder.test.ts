import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { LoadOrder } from './loadOrder.ts'

test('whatever was set, changed and removed, the order is by load and then by name', () => {
  const step = fc.record({
    name: fc.constantFrom(...'abcdefghijklmnop'.split('')),
    load: fc.option(fc.nat(5), { nil: undefined }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const order = new LoadOrder<string>()
      const model = new Map<string, number>()
      for (const { name, load } of steps) {
        if (load === undefined) {
          order.delete(name)
          model.delete(name)
        } else {
          order.set(name, name, load)
          model.set(name, load)
        }
      }
      const expected = [...model].toSorted(([a, loadA], [b, loadB]) => loadA - loadB || (a < b ? -1 : 1)).map(([name]) => name)
      expect([...order.inOrder()]).toEqual(expected)
      expect(order.size).toBe(expected.length)
    }),
  )
})
