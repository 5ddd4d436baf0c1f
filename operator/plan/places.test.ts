import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { HeldPlaces } from '../ledger/meetings/heldPlaces.ts'
import type { Fence, SegmentReport } from '../../sfu/api/order.ts'
import { sharePlaces, type PlaceHolder } from './places.ts'

const holder = (node: string, more: Partial<PlaceHolder> = {}): PlaceHolder => ({
  ...{ node, seats: 0, told: 0, atMost: more.told ?? 0, open: true },
  ...more,
})
const told = (capacity: number, ...holders: readonly PlaceHolder[]) => {
  const { keeps, gets } = sharePlaces(capacity, holders)
  return { keeps: Object.fromEntries(keeps), gets: Object.fromEntries(gets) }
}

test('the only segment has all places', () => {
  expect(told(10, holder('a', { seats: 1 }))).toEqual({ keeps: { a: 0 }, gets: { a: 10 } })
})

test('a new segment gets its part only once the one that had all has said that it has less', () => {
  const b = holder('b', { seats: 1 })
  expect(told(10, holder('a', { seats: 2, told: 10 }), b)).toEqual({ keeps: { a: 6, b: 0 }, gets: { a: 6, b: 0 } })
  expect(told(10, holder('a', { seats: 2, told: 6, atMost: 10 }), b)).toEqual({ keeps: { a: 6, b: 0 }, gets: { a: 6, b: 0 } })
  expect(told(10, holder('a', { seats: 2, told: 6 }), b)).toEqual({ keeps: { a: 6, b: 0 }, gets: { a: 6, b: 4 } })
})

test('what stands stays as long as everybody has a place where they go', () => {
  const standing = [holder('a', { seats: 1, told: 9 }), holder('b', { seats: 1, told: 1 })]
  expect(told(10, ...standing).gets).toEqual({ a: 9, b: 1 })
  expect(told(10, holder('a', { seats: 1, told: 9 }), holder('b', { seats: 2, told: 1 })).keeps).toEqual({ a: 5, b: 1 })
})

test('a full meeting has a place for somebody who goes to another segment', () => {
  expect(told(3, holder('a', { seats: 2, told: 3 }), holder('b', { seats: 1 }))).toMatchObject({ keeps: { a: 2, b: 0 } })
  expect(told(3, holder('a', { seats: 2, told: 2 }), holder('b', { seats: 1 }))).toMatchObject({ gets: { a: 2, b: 1 } })
})

test('one that takes nobody new keeps places for its people alone', () => {
  const draining = holder('a', { seats: 2, told: 10, open: false })
  expect(told(10, draining, holder('b', { seats: 1 })).keeps).toEqual({ a: 2, b: 0 })
  expect(told(10, draining).gets).toEqual({ a: 10 })
})

test('more people than places: nobody is let in before enough have left', () => {
  // Two parts of it were made by fallback, each with all places, and are ordered for the first time.
  const both = ['a', 'b'].map((node) => holder(node, { seats: 3, told: 4, atMost: Infinity }))
  expect(told(4, ...both)).toEqual({ keeps: { a: 3, b: 1 }, gets: { a: 3, b: 1 } })
  expect(told(2, holder('a', { seats: 3, told: 4 })).keeps).toEqual({ a: 2 })
})

test('an order that may have been taken counts until the node says that it follows a later one', () => {
  const held = new HeldPlaces()
  const report = (fence: Fence, more: Partial<SegmentReport>) => ({ ...fence, fallback: false, ...more }) as SegmentReport
  const at = (generation: number): Fence => ({ epoch: 1, generation })
  expect(held.atMost).toBe(0)
  held.ordered(at(1), 5)
  held.told(report({ epoch: 0, generation: 0 }, {}))
  expect(held.atMost).toBe(5)
  held.ordered(at(2), 2)
  held.told(report(at(1), { places: 5 }))
  expect(held.atMost).toBe(5)
  held.told(report(at(2), { places: 2 }))
  expect(held.atMost).toBe(2)
  // An agent of an earlier version says nothing of places, and of a later leader's order nobody here knows.
  held.told(report(at(2), {}))
  expect(held.atMost).toBe(2)
  held.told(report(at(3), {}))
  expect(held.atMost).toBe(Infinity)
  held.told(report({ epoch: 2, generation: 2 }, { places: 4 }))
  expect(held.atMost).toBe(4)
  held.gone()
  expect(held.atMost).toBe(0)
  held.told(report({ epoch: 0, generation: 0 }, { fallback: true }))
  expect(held.atMost).toBe(Infinity)
})

/** A segment and what the leader knows of it. Orders and reports are on the way for as long as a test likes, and any of them may be lost. */
class Part {
  readonly held = new HeldPlaces()
  readonly orders: { fence: Fence; places: number }[] = []
  readonly reports: SegmentReport[] = []
  places = 0
  fence: Fence = { epoch: 0, generation: 0 }
  told = 0
  readonly node: string

  constructor(node: string) {
    this.node = node
  }

  order(fence: Fence, places: number): void {
    if (places === this.told) return
    this.told = places
    this.held.ordered(fence, places)
    this.orders.push({ fence, places })
  }

  /** An order arrives, any of those that are on the way; an older one than it follows is refused. */
  take(at: number): void {
    const [order] = this.orders.splice(at % Math.max(1, this.orders.length), 1)
    if (order === undefined || order.fence.generation < this.fence.generation) return
    this.fence = order.fence
    this.places = order.places
    this.reports.push({ ...order.fence, places: order.places, fallback: false } as SegmentReport)
  }

  tell(): void {
    const report = this.reports.shift()
    if (report !== undefined) this.held.told(report)
  }
}

test('whatever is late, lost or out of order: all segments together never have more places than the meeting', () => {
  const step = fc.record({
    part: fc.nat(2),
    what: fc.constantFrom('plan', 'plan', 'take', 'take', 'take', 'tell', 'tell', 'tell', 'lose'),
    number: fc.nat(6),
  })
  let sharedOut = 0
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.array(step, { minLength: 30, maxLength: 120 }), (capacity, steps) => {
      const parts = ['a', 'b', 'c'].map((node) => new Part(node))
      let generation = 0
      for (const { part: at, what, number } of steps) {
        const part = parts[at] ?? new Part('')
        if (what === 'take') part.take(number)
        else if (what === 'tell') part.tell()
        else if (what === 'lose') part.orders.splice(0, 1)
        else {
          const seats = (node: string): number => (node === part.node ? Math.min(number, capacity) : 0)
          const holders = parts.map(({ node, told: last, held }) => {
            return { node, seats: seats(node), told: last, atMost: held.atMost, open: true }
          })
          generation += 1
          for (const [node, places] of sharePlaces(capacity, holders).gets)
            parts.find((each) => each.node === node)?.order({ epoch: 1, generation }, places)
        }
        const all = parts.reduce((sum, { places }) => sum + places, 0)
        expect(all).toBeLessThanOrEqual(capacity)
        if (all === capacity && parts.filter(({ places }) => places > 0).length > 1) sharedOut += 1
      }
    }),
    { numRuns: 500 },
  )
  expect(sharedOut).toBeGreaterThan(0)
})
