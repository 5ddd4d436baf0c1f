import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { applyMergePatch, mergeDiff, sameJson } from './mergePatch.ts'

const value = fc.letrec((tie) => ({
  json: fc.oneof({ maxDepth: 3 }, fc.integer(), fc.string(), fc.boolean(), fc.array(tie('json')), tie('record')),
  record: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('json')),
})).record

test('a difference, applied, gives what was wanted, and nothing where nothing differs', () => {
  fc.assert(
    fc.property(value, value, (before, after) => {
      const patch = mergeDiff(before, after)
      expect(patch === undefined).toBe(sameJson(before, after))
      expect(sameJson(applyMergePatch(before, patch ?? {}), after)).toBe(true)
    }),
  )
})

test('a difference names only what differs', () => {
  const before = { phase: 'Ready', load: { cpu: '0.1', egress: '0.2' }, segments: [1, 2], gone: true }
  const after = { phase: 'Ready', load: { cpu: '0.3', egress: '0.2' }, segments: [1] }
  expect(mergeDiff(before, after)).toEqual({ load: { cpu: '0.3' }, segments: [1], gone: null })
})

test('an undefined member is as good as none', () => {
  expect(mergeDiff({ a: 1 }, { a: 1, b: undefined })).toBeUndefined()
  expect(applyMergePatch({ a: 1 }, { a: undefined })).toEqual({ a: 1 })
})
