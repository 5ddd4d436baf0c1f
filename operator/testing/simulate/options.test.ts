import { expect, test } from 'vitest'

import { crashSteps, defaultSteps, parseOptions } from './options.ts'
import { foundAlone } from './proveMutants.ts'
import { replayOf, reportOf } from './report.ts'

test('what is asked for, and what is not', () => {
  expect(parseOptions(['--histories', '20000', '--seed', '7', '--json'])).toMatchObject({
    histories: 20_000,
    seed: 7,
    steps: defaultSteps,
    json: true,
    mutants: false,
  })
  expect(parseOptions(['--crash-points'])).toMatchObject({ steps: crashSteps, crashPoints: true })
  expect(parseOptions(['--help'])).toBe('help')
})

test.each([
  [['--histories', '0'], '--histories must be a whole number from 1 to 10000000'],
  [['--histories', '1e3'], "not '1e3'"],
  [['--seed', 'x'], '--seed must be a whole number'],
  [['--jobs', '257'], '--jobs must be a whole number from 1 to 256'],
  [['--sed', '1'], '--sed'],
  [['7'], '7'],
])('%j is refused by name', (args, words) => {
  expect(() => parseOptions(args)).toThrow(words)
})

test('a report tells faults that hit apart from what else happened, and how to live a failure again', () => {
  const endings = [
    { seed: 2, faults: ['something broke'], counts: { calls: 3, 'api conflict': 1 }, log: [] },
    { seed: 1, faults: [], counts: { calls: 4, 'step join': 2 }, log: [] },
  ]
  expect(reportOf(endings, { steps: 50, crashPoints: false }, 1)).toEqual({
    histories: 2,
    steps: 100,
    seconds: 1,
    faults: { 'api conflict': 1 },
    counts: { calls: 7, 'step join': 2 },
    failures: [{ seed: 2, replay: replayOf(2, { steps: 50, crashPoints: false }), broken: ['something broke'] }],
  })
  expect(replayOf(2, { steps: 50, crashPoints: false })).toBe('npm run simulate -- --seed 2 --histories 1 --steps 50 --verbose')
  expect(replayOf(2, { steps: crashSteps, crashPoints: true })).toBe('npm run simulate -- --seed 2 --histories 1 --crash-points')
})

test('which mutants each invariant finds alone', () => {
  const ending = (name: string, ...invariants: string[]) => ({ name, what: '', seed: 1, broken: '', invariants })
  const endings = [ending('b', 'people'), ending('c', 'cuts', 'people'), ending('d'), ending('a', 'people'), ending('e', 'cuts')]
  expect(foundAlone(endings)).toEqual([
    ['cuts', ['e']],
    ['people', ['a', 'b']],
  ])
})
