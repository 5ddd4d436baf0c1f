import { expect, test } from 'vitest'

import { reportOf, textOf } from './report.ts'

const how = { steps: 60, crashPoints: false }
const ending = (seed: number, counts: Readonly<Record<string, number>>, faults: readonly string[] = []) => {
  return { seed, faults, counts, log: [] }
}

test('what people and operators do is told apart from what went wrong for them', () => {
  const done = { calls: 7, 'step join': 2, 'join placed': 1, 'nodes drained to the end': 2, 'drains cancelled half-way': 1 }
  const { counts, faults } = reportOf([ending(1, { ...done, 'api hung': 3 }), ending(2, { calls: 1, 'clock skew': 1 })], how, 1)
  expect(counts).toEqual({ ...done, calls: 8 })
  expect(faults).toEqual({ 'api hung': 3, 'clock skew': 1 })
})

test('each history that broke something is named with the command that lives it again', () => {
  const report = reportOf([ending(9, {}, ['rest: a']), ending(3, {}, ['owners: b', 'rest: c']), ending(4, {})], how, 2)
  expect(report.failures.map(({ seed, broken }) => [seed, ...broken])).toEqual([
    [3, 'owners: b', 'rest: c'],
    [9, 'rest: a'],
  ])
  const text = textOf(report)
  expect(text).toContain('seed 3: npm run simulate -- --seed 3 --histories 1')
  expect(text).toContain('3 histories, 180 steps, in 2.0 s: 2 failed')
})
