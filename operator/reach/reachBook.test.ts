import { expect, test } from 'vitest'

import { ReachBook, reachPeriodMs } from './reachBook.ts'

const yes = { status: 'True', reason: 'Answered', message: 'answers' } as const
const no = { status: 'False', reason: 'NoAnswer', message: 'no answer' } as const
const subject = 'boot 203.0.113.7'
const aBook = (): ReachBook => new ReachBook(() => 0.5)

test('who answers is known at once and tried again in a minute; the same again is nothing new', () => {
  const book = aBook()
  expect(book.dueAtMs('a', subject)).toBe(0)
  expect(book.enter('a', { subject, reach: yes, nowMs: 1_000 })).toBe(true)
  expect(book.of('a')).toEqual(yes)
  expect(book.dueAtMs('a', subject)).toBe(1_000 + reachPeriodMs)
  expect(book.enter('a', { subject, reach: yes, nowMs: 61_000 })).toBe(false)
})

test('who does not answer is tried again within seconds before that is told', () => {
  const book = aBook()
  book.enter('a', { subject, reach: yes, nowMs: 0 })
  expect(book.enter('a', { subject, reach: no, nowMs: 60_000 })).toBe(false)
  expect(book.of('a')).toEqual(yes)
  expect(book.dueAtMs('a', subject)).toBe(65_000)
  expect(book.enter('a', { subject, reach: no, nowMs: 65_000 })).toBe(true)
  expect(book.of('a')).toEqual(no)
  expect(book.dueAtMs('a', subject)).toBe(65_000 + reachPeriodMs)
  expect(book.enter('a', { subject, reach: yes, nowMs: 125_000 })).toBe(true)
})

test('other addresses are tried at once, and failures of the old ones do not count', () => {
  const book = aBook()
  book.enter('a', { subject, reach: no, nowMs: 0 })
  expect(book.dueAtMs('a', 'boot 203.0.113.8')).toBe(0)
  expect(book.enter('a', { subject: 'boot 203.0.113.8', reach: no, nowMs: 1_000 })).toBe(false)
  expect(book.of('a')).toBeUndefined()
})

test('a node that is gone is forgotten', () => {
  const book = aBook()
  book.enter('a', { subject, reach: yes, nowMs: 0 })
  book.forget('a')
  expect(book.of('a')).toBeUndefined()
  expect(book.dueAtMs('a', subject)).toBe(0)
})

test('rounds are spread by a fifth', () => {
  const due = [0, 0.999].map((random) => {
    const book = new ReachBook(() => random)
    book.enter('a', { subject, reach: yes, nowMs: 0 })
    return book.dueAtMs('a', subject)
  })
  expect(due[0]).toBe(54_000)
  expect(due[1]).toBeCloseTo(66_000, -2)
})
