import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { LoadOrder } from './loadOrder.ts'

const shelfOf = (names: readonly string[]) => {
  return { items: names.map((name) => ({ name })), loads: names.map(() => 0), places: names.map(() => -1) }
}

const names = 'ponmlkjihgfedcba'.split('')

/** The names of what a model holds, by load and then by name. */
function sorted(model: ReadonlyMap<number, number>): readonly string[] {
  const held = [...model].map(([number, load]) => ({ name: names[number] ?? '', load }))
  return held.toSorted((a, b) => a.load - b.load || (a.name < b.name ? -1 : 1)).map(({ name }) => name)
}

interface Loads {
  set(number: number, load: number): unknown
  delete(number: number): unknown
}

const changeIn = (loads: Loads, number: number, load: number | undefined): unknown =>
  load === undefined ? loads.delete(number) : loads.set(number, load)

test('whatever was set, changed and removed, both orders of a shelf are by load and then by name', () => {
  const step = fc.record({
    number: fc.nat(names.length - 1),
    load: fc.option(fc.nat(5), { nil: undefined }),
    second: fc.boolean(),
    looks: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const shelf = shelfOf(names)
      const orders = [new LoadOrder(shelf), new LoadOrder(shelf)] as const
      const models = [new Map<number, number>(), new Map<number, number>()] as const
      for (const { number, load, second, looks } of steps) {
        const [here, there] = second ? ([1, 0] as const) : ([0, 1] as const)
        orders[there].delete(number)
        models[there].delete(number)
        for (const each of [orders[here], models[here]]) changeIn(each, number, load)
        expect(orders.map((order) => order.has(number))).toEqual(models.map((model) => model.has(number)))
        const looked = looks ? [orders[here].first()?.name] : []
        expect(looked).toEqual(looks ? [sorted(models[here])[0]] : [])
      }
      for (const [index, order] of orders.entries()) {
        const expected = sorted(models[index] ?? new Map())
        expect([...order.inOrder()].map(({ name }) => name)).toEqual(expected)
        expect([order.first()?.name, order.size]).toEqual([expected[0], expected.length])
      }
    }),
  )
})

test('a changed load of what does not stand in the order changes nothing', () => {
  const order = new LoadOrder(shelfOf(['a']))
  order.change(0, 1)
  expect([order.size, order.first()]).toEqual([0, undefined])
})

test('who asks for the first one while going through the order disturbs nothing', () => {
  const order = new LoadOrder(shelfOf(names))
  for (const number of names.keys()) order.set(number, 0)
  // What rises is left where it stands until it comes to the top.
  for (const number of names.keys()) order.change(number, names.length - number)
  const seen: string[] = []
  for (const { name } of order.inOrder()) {
    expect(order.first()?.name).toBe(names.at(-1))
    seen.push(name)
  }
  expect(seen).toEqual(names.toReversed())
})

test('loads that rise and fall above the least move nothing but the first', () => {
  const shelf = shelfOf(names)
  const order = new LoadOrder(shelf)
  for (const number of names.keys()) order.set(number, number)
  const before = [...shelf.places]
  for (const number of names.keys()) if (number > 0) order.change(number, number + 10)
  for (const number of names.keys()) if (number > 0) order.change(number, number + 1)
  expect(shelf.places).toEqual(before)
  expect([...order.inOrder()].map(({ name }) => name)).toEqual(names)
})
