import { expect, test } from 'vitest'

import { grantLifetimeMs } from '../api/tokens.ts'
import { Ended } from './ended.ts'

const [first, second, third] = ['01K00000000000000000000001', '01K00000000000000000000002', '01K00000000000000000000003']
const forgottenAfterMs = grantLifetimeMs + 30_001

test('who has left by a later stay is not there by an earlier one, for longer than a grant lives', () => {
  const ended = new Ended()
  ended.left({ participant: 'ann', attachment: second }, 0)
  ended.left({ participant: 'ann', attachment: first }, 10) // Told late, by another edge.
  expect([first, second, third].map((attachment) => ended.isOver('ann', attachment))).toEqual([true, false, false])
  ended.forget(grantLifetimeMs)
  expect(ended.isOver('ann', first)).toBe(true)
  ended.forget(forgottenAfterMs)
  expect(ended.isOver('ann', first)).toBe(false)
})

test('an attachment that ended twice is remembered from the second time on', () => {
  const ended = new Ended()
  ended.note(first, 0)
  ended.note(second, 1_000)
  ended.note(first, 50_000)
  ended.forget(forgottenAfterMs + 1_000)
  expect([ended.has(first), ended.has(second)]).toEqual([true, false])
})

test('who left elsewhere long ago is forgotten by the next who does, though nobody comes here any more', () => {
  const ended = new Ended()
  ended.left({ participant: 'ann', attachment: second }, 0)
  ended.note(first, 0)
  ended.left({ participant: 'bob', attachment: third }, forgottenAfterMs)
  expect([ended.isOver('ann', first), ended.has(first), ended.isOver('bob', second)]).toEqual([false, false, true])
})
