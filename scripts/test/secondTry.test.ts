import { expect, test } from 'vitest'
import { afterSecondTry, filesToTryAgain, type FiledTally } from './secondTry.ts'
import { nothing, oneFailed, onePassed, oneSkipped, sum, type Tally } from './tally.ts'

const filed = (byFile: Record<string, Tally>, elsewhere: Tally = nothing): FiledTally => ({
  ...sum([...Object.values(byFile), elsewhere]),
  byFile,
})
const good = { ...nothing, passed: 3 }
const drain = sum([onePassed, onePassed, oneFailed('drain > Bob stays')])

test('few files that failed are tried again', () => {
  expect(filesToTryAgain(filed({ drain, orders: good }))).toEqual(['drain'])
  expect(filesToTryAgain(filed({ drain, orders: oneFailed('orders > a'), pipe: good }))).toEqual(['drain', 'orders'])
})

test.each([
  { of: 'nothing failed', run: filed({ drain: good }) },
  { of: 'many files failed', run: filed({ drain, orders: drain, pipe: drain }) },
  { of: 'something failed outside of the files', run: filed({ drain }, oneFailed('unhandled error: x')) },
  { of: 'the run wrote no results', run: oneFailed('e2e: wrote no results') },
])('none is where $of', ({ run }) => {
  expect(filesToTryAgain(run)).toEqual([])
})

test('what passes at the second try counts as it ended, and is named', () => {
  const total = afterSecondTry(filed({ drain, orders: good }), filed({ drain: good }))
  expect(total).toEqual({ passed: 6, failed: [], skipped: [], secondTry: ['drain > Bob stays'] })
})

test('hooks that failed had kept tests from running; they count when these ran', () => {
  const first = sum([oneSkipped('drain > a', 'it never ran'), oneFailed('drain')])
  expect(afterSecondTry(filed({ drain: first }), filed({ drain: onePassed }))).toEqual({
    passed: 1,
    failed: [],
    skipped: [],
    secondTry: ['drain'],
  })
})

test.each([
  { of: 'the same fails again', second: drain },
  { of: 'another test of the file fails', second: sum([onePassed, onePassed, oneFailed('drain > Ada goes')]) },
  { of: 'it passes by skipping', second: sum([onePassed, oneSkipped('drain > Bob stays', 'no worker')]) },
  { of: 'it never ran', second: nothing },
])('a file stays failed where $of', ({ second }) => {
  const total = afterSecondTry(filed({ drain, orders: good }), filed({ drain: second, other: good }))
  expect(total).toEqual({ passed: 5, failed: ['drain > Bob stays'], skipped: [], secondTry: [] })
})

test('one file may pass while the other fails', () => {
  const orders = oneFailed('orders > a')
  const total = afterSecondTry(filed({ drain, orders }), filed({ drain: good, orders }))
  expect(total).toEqual({ passed: 3, failed: ['orders > a'], skipped: [], secondTry: ['drain > Bob stays'] })
})

test('a fault of the second run fails', () => {
  const total = afterSecondTry(filed({ drain }), filed({ drain: good }, oneFailed('left running: redis')))
  expect(total.failed).toEqual(['left running: redis'])
})

test('a second run that wrote nothing leaves all as it was, with its fault', () => {
  expect(afterSecondTry(filed({ drain }), oneFailed('took longer')).failed).toEqual(['drain > Bob stays', 'took longer'])
})
