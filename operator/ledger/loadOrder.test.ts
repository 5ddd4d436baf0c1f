import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { LoadOrder } from './loadOrder.ts'

test('whatever was set, changed and removed, the order is by load and then by name', () => {
  const names = 'abcdefghijklmnop'.split('')
  const step = fc.record({ name: fc.constantFrom(...names), load: fc.option(fc.nat(5), { nil: undefined }) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const items = new Map(names.map((name) => [name, { name, slot: -1 }]))
      const order = new LoadOrder<{ name: string; slot: number }>()
      const model = new Map<string, number>()
      for (const { name, load } of steps) {
        const item = items.get(name)
        if (item === undefined) continue
        if (load === undefined) order.delete(item)
        else order.set(item, load)
        if (load === undefined) model.delete(name)
        else model.set(name, load)
        expect(order.has(item)).toBe(model.has(name))
      }
      const expected = [...model].toSorted(([a, loadA], [b, loadB]) => loadA - loadB || (a < b ? -1 : 1)).map(([name]) => name)
      expect([...order.inOrder()].map(({ name }) => name)).toEqual(expected)
      expect(order.first()?.name).toBe(expected[0])
      expect(order.size).toBe(expected.length)
    }),
  )
})
