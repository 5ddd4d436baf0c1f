import { expect, test } from 'vitest'
import { closingLine, isGood, nothing, oneFailed, onePassed, oneSkipped, sum } from './tally.ts'

test('the closing line counts checks and tests alike', () => {
  const run = sum([onePassed, { ...nothing, passed: 11 }, oneFailed('lint'), oneSkipped('cluster', 'no Go')])
  expect(closingLine(run)).toBe('12 passed, 1 failed, 1 skipped')
})

test.each([
  { run: onePassed, of: 'all passed', mustRunAll: true, good: true },
  { run: sum([onePassed, oneFailed('lint')]), of: 'one failed', mustRunAll: false, good: false },
  { run: nothing, of: 'nothing ran', mustRunAll: false, good: false },
  { run: sum([onePassed, oneSkipped('cluster', 'no Go')]), of: 'one skipped at home', mustRunAll: false, good: true },
  { run: sum([onePassed, oneSkipped('cluster', 'no Go')]), of: 'one skipped in CI', mustRunAll: true, good: false },
])('$of', ({ run, mustRunAll, good }) => {
  expect(isGood(run, mustRunAll)).toBe(good)
})
