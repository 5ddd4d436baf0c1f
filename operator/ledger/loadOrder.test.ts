import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { LoadOrder } from './loadOrder.ts'

const names = 'ponmlkjihgfedcba'.split('')

test('whatever was set, changed and removed, both orders of a shelf are by load and then by name', () => {
  const step = fc.record({
    number: fc.nat(names.length - 1),
    load: fc.option(fc.nat(5), { nil: undefined }),
    second: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const shelf = { items: names.map((name) => ({ name })), places: names.map(() => -1) }
      const orders = [new LoadOrder(shelf), new LoadOrder(shelf)] as const
      const models = [new Map<number, number>(), new Map<number, number>()] as const
      for (const { number, load, second } of steps) {
        const [here, there] = second ? ([1, 0] as const) : ([0, 1] as const)
        orders[there].delete(number)
        models[there].delete(number)
        if (load === undefined) orders[here].delete(number)
        else orders[here].set(number, load)
        if (load === undefined) models[here].delete(number)
        else models[here].set(number, load)
        expect(orders.map((order) => order.has(number))).toEqual(models.map((model) => model.has(number)))
      }
      for (const [index, order] of orders.entries()) {
        const sorted = [...(models[index] ?? [])].map(([number, load]) => ({ name: names[number], load }))
        const expected = sorted.toSorted((a, b) => a.load - b.load || ((a.name ?? '') < (b.name ?? '') ? -1 : 1))
        expect([...order.inOrder()].map(({ name }) => name)).toEqual(expected.map(({ name }) => name))
        expect([order.first()?.name, order.size]).toEqual([expected[0]?.name, expected.length])
      }
    }),
  )
})

test('a changed load of what does not stand in the order changes nothing', () => {
  const order = new LoadOrder({ items: [{ name: 'a' }], places: [-1] })
  order.change(0, 1)
  expect([order.size, order.first()]).toEqual([0, undefined])
})
