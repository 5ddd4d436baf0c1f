import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { LoadOrder } from './loadOrder.ts'

/** Things by number, and their loads, of which each order is told as they change. */
function aShelf(names: readonly string[]) {
  const loads = names.map(() => 0)
  const bounds = names.map(() => Number.NEGATIVE_INFINITY)
  const shelf = { items: names.map((name) => ({ name })), places: names.map(() => -1) }
  return {
    shelf,
    bounds,
    order: () => {
      const order = new LoadOrder(shelf, {
        loadOf: (number) => loads[number] ?? 0,
        bind: (number, bound) => void (bounds[number] = bound),
      })
      return {
        order,
        /** Tells the order of what it asked to be told of, and of nothing else. */
        set: (number: number, load: number): void => {
          loads[number] = load
          if (!order.has(number) || load < (bounds[number] ?? 0)) order.set(number)
        },
        delete: (number: number): void => order.delete(number),
      }
    },
  }
}

const names = 'ponmlkjihgfedcba'.split('')

interface Loads {
  set(number: number, load: number): unknown
  delete(number: number): unknown
}

const put = (loads: Loads, number: number, load: number | undefined): unknown =>
  load === undefined ? loads.delete(number) : loads.set(number, load)

/** The names of what a model holds, by load and then by name. */
function sorted(model: ReadonlyMap<number, number>): readonly string[] {
  const held = [...model].map(([number, load]) => ({ name: names[number] ?? '', load }))
  return held.toSorted((a, b) => a.load - b.load || (a.name < b.name ? -1 : 1)).map(({ name }) => name)
}

test('whatever was set, changed and removed, both orders of a shelf are by load and then by name', () => {
  const step = fc.record({
    number: fc.nat(names.length - 1),
    load: fc.option(fc.nat(5), { nil: undefined }),
    second: fc.boolean(),
    looks: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const shelf = aShelf(names)
      const orders = [shelf.order(), shelf.order()] as const
      const models = [new Map<number, number>(), new Map<number, number>()] as const
      for (const { number, load, second, looks } of steps) {
        const [here, there] = second ? ([1, 0] as const) : ([0, 1] as const)
        orders[there].delete(number)
        models[there].delete(number)
        for (const each of [orders[here], models[here]]) put(each, number, load)
        expect(orders.map(({ order }) => order.has(number))).toEqual(models.map((model) => model.has(number)))
        const looked = looks ? [orders[here].order.first()?.name] : []
        expect(looked).toEqual(looks ? [sorted(models[here])[0]] : [])
      }
      for (const [index, { order }] of orders.entries()) {
        const expected = sorted(models[index] ?? new Map())
        expect([...order.inOrder()].map(({ name }) => name)).toEqual(expected)
        expect([order.first()?.name, order.size]).toEqual([expected[0], expected.length])
      }
    }),
  )
})

test('who asks for the first one while going through the order disturbs nothing', () => {
  const { order, set } = aShelf(names).order()
  for (const number of names.keys()) set(number, 0)
  // What rises is left where it stands until it comes to the top.
  for (const number of names.keys()) set(number, names.length - number)
  const seen: string[] = []
  for (const { name } of order.inOrder()) {
    expect(order.first()?.name).toBe(names.at(-1))
    seen.push(name)
  }
  expect(seen).toEqual(names.toReversed())
})

test('loads that rise, and fall again to what they were, are no news to the order', () => {
  const { order: anOrder, bounds, shelf } = aShelf(names)
  const { order, set } = anOrder()
  for (const number of names.keys()) set(number, number)
  expect(bounds).toEqual([...names.keys()])
  const before = [...shelf.places]
  for (const number of names.keys()) set(number, number + 10)
  for (const number of names.keys()) set(number, number)
  expect([bounds, shelf.places]).toEqual([[...names.keys()], before])
  expect([...order.inOrder()].map(({ name }) => name)).toEqual(names)
})

test('an order that was cleared has nobody, and wants to be told of nobody', () => {
  const { order: anOrder, bounds, shelf } = aShelf(names)
  const { order, set } = anOrder()
  for (const number of names.keys()) set(number, number)
  order.clear()
  expect([order.size, order.first(), [...order.inOrder()]]).toEqual([0, undefined, []])
  expect(new Set([...bounds, ...shelf.places])).toEqual(new Set([Number.NEGATIVE_INFINITY, -1]))
  set(3, 1)
  expect(order.first()?.name).toBe(names[3])
})
