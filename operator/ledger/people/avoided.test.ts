import { expect, test } from 'vitest'

import { avoidForMs, Avoided, type AvoidedNode } from './avoided.ts'

const failed = (...nodes: readonly string[]): readonly AvoidedNode[] => nodes.map((node) => ({ node, since: 'failure' }))

test('nodes that failed a participant are known for a while, each of them, and of nobody else', () => {
  const avoided = new Avoided()
  avoided.note('ann', failed('a'), 0)
  avoided.note('ann', failed('b', 'a'), 1_000)
  expect(avoided.of('ann', avoidForMs)).toEqual(failed('a', 'b'))
  expect(avoided.of('bob', avoidForMs)).toEqual([])
  expect(avoided.of('ann', avoidForMs + 1_000)).toEqual([])
})

test('what is known of a node is the latest: moved from it, or failed by it', () => {
  const avoided = new Avoided()
  avoided.note('ann', failed('a', 'b'), 0)
  avoided.note('ann', [{ node: 'a', since: 'move' }], 1_000)
  expect(avoided.of('ann', 1_000)).toEqual([{ node: 'a', since: 'move' }, ...failed('b')])
})

test('however many fail, few are kept: the latest nodes of the latest participants', () => {
  const avoided = new Avoided()
  for (let index = 0; index < 1_500; index++) avoided.note(`p${index}`, failed('a'), 0)
  expect([avoided.of('p0', 1), avoided.of('p499', 1), avoided.of('p500', 1)]).toEqual([[], [], failed('a')])
  for (let index = 0; index < 40; index++) avoided.note('ann', failed(`n${index}`), 0)
  expect(avoided.of('ann', 1)).toEqual(failed(...Array.from({ length: 16 }, (_, index) => `n${24 + index}`)))
})
