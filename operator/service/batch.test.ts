import { PassThrough } from 'node:stream'
import { text as textOf } from 'node:stream/consumers'
import { setImmediate as turn } from 'node:timers/promises'

import { expect, test } from 'vitest'

import { answerOf, batchedRequest, batchOf, batchRequest, writeAnswers, type Answered } from './batch.ts'

test('a batch of requests is what a leader reads', () => {
  expect(batchRequest.parse(JSON.parse(batchOf(['{"a":1}', '{"b":2}'])))).toEqual({ requests: [{ a: 1 }, { b: 2 }] })
  expect(batchRequest.safeParse(JSON.parse(batchOf([]))).success).toBe(false)
  expect(batchRequest.safeParse(JSON.parse(batchOf(Array.from({ length: 65 }, () => '1')))).success).toBe(false)
  expect(batchedRequest.safeParse({ operation: 'forget', params: {} }).success).toBe(false)
})

/** The answer to a batch, which counts how often its head went alone. */
function aResponse() {
  const heads = { sent: 0 }
  return Object.assign(new PassThrough(), { heads, flushHeaders: () => void (heads.sent += 1) })
}

test('answers come back as they were, whatever stands in them', async () => {
  const odd = { status: 404, text: JSON.stringify({ title: 'a\nb\r "200 {}" \u2028 ' }) }
  const answers = [{ status: 200, text: '{"result":"placed"}' }, odd, { status: 204, text: '' }]
  const to = aResponse()
  writeAnswers(
    answers.map((answer) => Promise.resolve(answer)),
    to,
  )
  const lines = (await textOf(to)).split('\n')
  expect(lines.pop()).toBe('')
  expect(lines.map(answerOf)).toEqual([...answers.entries()])
})

test('what is ready in one turn goes in one piece, what is not goes when it is', async () => {
  const to = aResponse()
  const pieces: string[] = []
  to.on('data', (piece: Buffer) => pieces.push(piece.toString()))
  const { promise: slow, resolve: ready } = Promise.withResolvers<Answered>()
  const quick = { status: 200, text: '{}' }
  writeAnswers([Promise.resolve(quick), slow, Promise.resolve(quick)], to)
  await turn()
  await turn()
  expect(pieces).toEqual(['0 200 {}\n2 200 {}\n'])
  expect(to.writableEnded).toBe(false)
  ready({ status: 503, text: '{}' })
  await turn()
  await turn()
  expect(pieces.slice(1)).toEqual(['1 503 {}\n'])
  expect(to.heads.sent).toBe(0)
  expect(to.writableEnded).toBe(true)
})

test('where nothing is ready at once the head goes alone', async () => {
  const to = aResponse()
  const { promise, resolve: ready } = Promise.withResolvers<Answered>()
  writeAnswers([promise], to)
  await turn()
  expect([to.heads.sent, to.writableLength, to.writableEnded]).toEqual([1, 0, false])
  ready({ status: 200, text: '{}' })
  expect(await textOf(to)).toBe('0 200 {}\n')
})

test.each(['200 {}', '', '0 {}', '0 200', '1 999 {}', '100 200 {}', 'x 200 {}'])('%j is no answer', (line) => {
  expect(() => answerOf(line)).toThrow(/batch/)
})
