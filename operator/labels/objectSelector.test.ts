import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { parseLabelSelector } from '../embedded/select/labelSelector.ts'
import { selectorMatcher, selectorWords, type ObjectSelector } from './objectSelector.ts'

const matches = (selector: ObjectSelector, labels: Readonly<Record<string, string>>): boolean => selectorMatcher(selector)(labels)

test('all of a selector has to hold, and an empty one means everything', () => {
  expect(matches({}, {})).toBe(true)
  expect(matches({ matchLabels: { tier: 'gold' } }, { tier: 'gold', zone: 'a' })).toBe(true)
  expect(matches({ matchLabels: { tier: 'gold', zone: 'b' } }, { tier: 'gold', zone: 'a' })).toBe(false)
  const both: ObjectSelector = { matchLabels: { tier: 'gold' }, matchExpressions: [{ key: 'gpu', operator: 'Exists' }] }
  expect(matches(both, { tier: 'gold' })).toBe(false)
  expect(matches(both, { tier: 'gold', gpu: '' })).toBe(true)
})

test('an absent label is in no list, so it is not in any', () => {
  const of = (operator: 'In' | 'NotIn'): ObjectSelector => ({ matchExpressions: [{ key: 'tier', operator, values: ['gold'] }] })
  expect([matches(of('In'), {}), matches(of('NotIn'), {})]).toEqual([false, true])
  expect([matches(of('In'), { tier: 'gold' }), matches(of('NotIn'), { tier: 'gold' })]).toEqual([true, false])
  expect(matches({ matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, { tier: '' })).toBe(false)
})

test('a label of the name of a property of every object is a label like others', () => {
  expect(matches({ matchExpressions: [{ key: 'constructor', operator: 'Exists' }] }, {})).toBe(false)
  expect(matches({ matchLabels: { toString: 'x' } }, {})).toBe(false)
})

const key = fc.constantFrom('tier', 'zone', 'example.com/gpu')
const value = fc.constantFrom('', 'gold', 'a')
const values = fc.array(fc.constantFrom('gold', 'a'), { minLength: 1, maxLength: 3 })
const expression = fc.oneof(
  fc.record({ key, operator: fc.constantFrom('In' as const, 'NotIn' as const), values }),
  fc.record({ key, operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const) }),
)
const selector = fc.record({ matchLabels: fc.dictionary(key, value), matchExpressions: fc.array(expression, { maxLength: 3 }) })

test('what kubectl would select by the words of a selector is what the selector selects', () => {
  fc.assert(
    fc.property(selector, fc.dictionary(key, value), (it, labels) => {
      expect(parseLabelSelector(selectorWords(it))(labels)).toBe(matches(it, labels))
    }),
  )
})
