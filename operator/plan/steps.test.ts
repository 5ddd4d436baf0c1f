import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { countStep, loadStep, peopleStep } from './steps.ts'

test('people are told in steps', () => {
  expect([0, 1, 2, 5, 6, 10, 11, 50, 51, 10_001].map(peopleStep)).toEqual([
    '0',
    '1',
    '2-5',
    '2-5',
    '6-10',
    '6-10',
    '11-20',
    '21-50',
    '51-100',
    '10001-999999999',
  ])
  expect([0, 1, 5, 7, 10_000].map(countStep)).toEqual([0, 1, 2, 6, 5_001])
})

test('a step contains its count, and fits the column', () => {
  fc.assert(
    fc.property(fc.nat(999_999_999), (count) => {
      const [from, to = from] = peopleStep(count).split('-').map(Number)
      expect(count).toBeGreaterThanOrEqual(from ?? Number.NaN)
      expect(count).toBeLessThanOrEqual(to ?? Number.NaN)
      expect(peopleStep(count)).toMatch(/^[0-9]{1,9}(-[0-9]{1,9})?$/)
    }),
  )
})

test('a load that trembles around a limit is told once', () => {
  expect(loadStep(0.26, undefined)).toBe('0.3')
  expect(loadStep(0.24, '0.3')).toBe('0.3')
  expect(loadStep(0.36, '0.3')).toBe('0.3')
  expect(loadStep(0.2, '0.3')).toBe('0.2')
  expect(loadStep(0.39, '0.3')).toBe('0.4')
  expect(loadStep(1e15, undefined)).toMatch(/^[0-9]{1,3}\.[0-9]$/)
})
