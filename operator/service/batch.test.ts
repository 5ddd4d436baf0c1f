import { expect, test } from 'vitest'

import { answersOf, batchOf, batchRequest, linesOf } from './batch.ts'

test('a batch of placements is what a leader reads', () => {
  expect(batchRequest.parse(JSON.parse(batchOf(['{"a":1}', '{"b":2}'])))).toEqual({ placements: [{ a: 1 }, { b: 2 }] })
  expect(batchRequest.safeParse(JSON.parse(batchOf([]))).success).toBe(false)
  expect(batchRequest.safeParse(JSON.parse(batchOf(Array.from({ length: 65 }, () => '1')))).success).toBe(false)
})

test('answers come back as they were, in order, whatever stands in them', () => {
  const odd = { status: 404, text: JSON.stringify({ title: 'a\nb\r "200 {}"  ' }) }
  const answers = [{ status: 200, text: '{"result":"placed"}' }, odd, { status: 503, text: '{}' }]
  expect(answersOf(linesOf(answers))).toEqual(answers)
  expect(answersOf('')).toEqual([])
})

test.each(['200 {}', '200 {}\n404', '{}\n', '200\n', '999 {}\n', '200 {}\n\n'])('%j is no list of answers', (lines) => {
  expect(() => answersOf(lines)).toThrow(/batch/)
})
