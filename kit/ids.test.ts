import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { aheadAtMostMs, ulidPattern, ulidSource } from './ids.ts'

test('it says what the specification says: ten digits of time, sixteen of chance', () => {
  // The example of https://github.com/ulid/spec: 1469918176385 ms is 01ARYZ6S41.
  const mint = ulidSource(
    () => 1_469_918_176_385,
    () => 0,
  )
  expect([mint(), mint()]).toEqual(['01ARYZ6S410000000000000000', '01ARYZ6S410000000000000001'])
})

test('the last time that fits is written, and no digit runs over', () => {
  const mint = ulidSource(
    () => 2 ** 48 - 1,
    () => 255,
  )
  expect(mint()).toBe('7ZZZZZZZZZZZZZZZZZZZZZZZZZ')
})

test('where chance has no higher number, the time goes on by one', () => {
  const mint = ulidSource(
    () => 31,
    () => 255,
  )
  expect([mint(), mint()]).toEqual(['000000000ZZZZZZZZZZZZZZZZZ', '0000000010ZZZZZZZZZZZZZZZZ'])
})

test('whatever the clock does, they rise, and each is a ULID of its time', () => {
  const clock = fc.array(fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_005 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(clock, (times) => {
      let nowMs = 0
      const mint = ulidSource(() => nowMs)
      const all = times.map((time) => {
        nowMs = time + 0.5
        return mint()
      })
      expect(all.every((ulid) => ulidPattern.test(ulid))).toBe(true)
      expect(all.toSorted()).toEqual(all)
      expect(new Set(all).size).toBe(all.length)
    }),
  )
})

test('two sources of the same moment differ', () => {
  const [a, b] = [ulidSource(() => 1), ulidSource(() => 1)]
  expect(a()).not.toBe(b())
})

test('what another source made whose clock is ahead is smaller than the next one, and that one alone is ahead', () => {
  let nowMs = 1_700_000_000_000
  const mint = ulidSource(() => nowMs)
  const theirs = ulidSource(() => nowMs + 5_000)()
  const before = mint()
  const above = mint(theirs)
  expect(above > theirs).toBe(true)
  expect(above).toMatch(ulidPattern)
  expect(mint(theirs)).not.toBe(above)
  const next = mint()
  expect(next > before && next < theirs).toBe(true)
  nowMs += 10_000
  expect(mint(theirs) > above).toBe(true)
})

test('a time that no clock tells is not heeded', () => {
  const mint = ulidSource(() => 1_700_000_000_000)
  const absurd = ulidSource(() => 1_700_000_000_000 + aheadAtMostMs + 1)()
  expect(mint(absurd) < absurd).toBe(true)
  expect(mint('7ZZZZZZZZZZZZZZZZZZZZZZZZZ')).toMatch(/^01/)
})
