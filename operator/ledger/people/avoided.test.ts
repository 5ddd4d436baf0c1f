import { expect, test } from 'vitest'

import { Avoided, avoidForMs } from './avoided.ts'

test('nodes that failed a participant are known for a while, each of them, and of nobody else', () => {
  const avoided = new Avoided()
  avoided.note('ann', ['a'], 0)
  avoided.note('ann', ['b', 'a'], 1_000)
  expect(avoided.of('ann', avoidForMs)).toEqual(['a', 'b'])
  expect(avoided.of('bob', avoidForMs)).toEqual([])
  expect(avoided.of('ann', avoidForMs + 1_000)).toEqual([])
})

test('however many fail, few are kept: the latest nodes of the latest participants', () => {
  const avoided = new Avoided()
  for (let index = 0; index < 1_500; index++) avoided.note(`p${index}`, ['a'], 0)
  expect([avoided.of('p0', 1), avoided.of('p499', 1), avoided.of('p500', 1)]).toEqual([[], [], ['a']])
  for (let index = 0; index < 40; index++) avoided.note('ann', [`n${index}`], 0)
  expect(avoided.of('ann', 1)).toEqual(Array.from({ length: 16 }, (_, index) => `n${24 + index}`))
})
