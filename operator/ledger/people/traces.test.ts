import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { hasTraceOn, Traces, type Trace } from './traces.ts'

class Walker {
  readonly name: string
  lastTrace: Trace<Walker> | undefined = undefined

  constructor(name: string) {
    this.name = name
  }
}

const names = ['x', 'y', 'z']
const nodes = ['a', 'b', 'c', 'd']

/** The traces, and beside them the sets that they stand for. */
class Both {
  readonly #traces = new Traces<Walker>()
  readonly #walkers = names.map((name) => new Walker(name))
  readonly #onNode = new Map(nodes.map((node) => [node, new Set<string>()]))
  readonly #ever = new Map(names.map((name) => [name, new Set<string>()]))

  add(index: number, node: string): void {
    for (const walker of this.#walkers.slice(index, index + 1)) {
      this.#traces.add(walker, node)
      this.#onNode.get(node)?.add(walker.name)
      this.#ever.get(walker.name)?.add(node)
    }
  }

  drop(index: number): void {
    for (const walker of this.#walkers.slice(index, index + 1)) {
      this.#traces.drop(walker)
      for (const there of this.#onNode.values()) there.delete(walker.name)
      this.#ever.get(walker.name)?.clear()
    }
  }

  dropNode(node: string): void {
    this.#traces.dropNode(node)
    this.#onNode.get(node)?.clear()
  }

  expectSame(): void {
    for (const [node, there] of this.#onNode) expect(this.#traces.on(node).map(({ name }) => name)).toEqual([...there])
    for (const walker of this.#walkers)
      expect(nodes.filter((node) => hasTraceOn(walker, node))).toEqual(
        nodes.filter((node) => this.#ever.get(walker.name)?.has(node)),
      )
  }
}

const walker = fc.nat(names.length - 1)
const node = fc.constantFrom(...nodes)
const aStep = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ walker, node }).map((it) => ({ it, happen: (both: Both) => both.add(it.walker, it.node) })),
  },
  { weight: 1, arbitrary: walker.map((it) => ({ it, happen: (both: Both) => both.drop(it) })) },
  { weight: 1, arbitrary: node.map((it) => ({ it, happen: (both: Both) => both.dropNode(it) })) },
)

test('whoever comes and goes, and whichever node is forgotten, the traces are those of sets in the order of coming', () => {
  fc.assert(
    fc.property(fc.array(aStep, { maxLength: 60 }), (steps) => {
      const both = new Both()
      for (const { happen } of steps) {
        happen(both)
        both.expectSame()
      }
    }),
  )
})

test('what is forgotten is let go of, and what is left is in order, however many were forgotten', () => {
  const traces = new Traces<Walker>()
  const walkers = Array.from({ length: 100 }, (_, index) => new Walker(`${index}`))
  for (const each of walkers) traces.add(each, 'a')
  const [first] = walkers
  const trace = first?.lastTrace
  for (const [index, each] of walkers.entries()) if (index % 10 !== 3) traces.drop(each)
  expect(trace?.of).toBeUndefined()
  expect(traces.on('a').map(({ name }) => name)).toEqual(['3', '13', '23', '33', '43', '53', '63', '73', '83', '93'])
  let kept = 0
  for (let each = walkers[93]?.lastTrace; each !== undefined; each = each.before) kept += 1
  expect(kept).toBeLessThanOrEqual(20)
})
