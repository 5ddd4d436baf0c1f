import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { loadStaleAfterMs } from '../../../sfu/api/load.ts'
import { HeardQueue } from './heardQueue.ts'

class Node {
  heardAtMs: number | undefined = undefined
  before: Node | undefined = undefined
  after: Node | undefined = undefined
}

test('whoever is heard, removed and heard again, those are stale who were not heard for too long, and at once', () => {
  const step = fc.record({ node: fc.nat(3), afterMs: fc.nat(loadStaleAfterMs), goes: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const heard = new HeardQueue<Node>()
      const nodes = Array.from({ length: 4 }, () => new Node())
      const model = new Map<Node, number>()
      let nowMs = 0
      for (const { node, afterMs, goes } of steps) {
        nowMs += afterMs
        const stale = [...model].filter(([, atMs]) => nowMs - atMs > loadStaleAfterMs).map(([each]) => each)
        const taken: Node[] = []
        for (let each = heard.takeStale(nowMs); each !== undefined; each = heard.takeStale(nowMs)) taken.push(each)
        expect(taken).toEqual(stale)
        for (const each of stale) model.delete(each)
        for (const each of nodes.slice(node, node + 1)) {
          model.delete(each)
          if (goes) heard.delete(each)
          else heard.put(each, nowMs)
          if (!goes) model.set(each, nowMs)
        }
        expect(nodes.map((each) => heard.has(each))).toEqual(nodes.map((each) => model.has(each)))
      }
    }),
  )
})

test('one that was heard some time ago is stale when its time is over', () => {
  const heard = new HeardQueue<Node>()
  expect(heard.takeStale(10_000)).toBeUndefined()
  const late = new Node()
  heard.put(late, 9_000)
  expect(heard.takeStale(9_000 + loadStaleAfterMs)).toBeUndefined()
  expect(heard.takeStale(9_001 + loadStaleAfterMs)).toBe(late)
})
