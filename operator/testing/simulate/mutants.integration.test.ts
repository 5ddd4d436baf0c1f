import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'

import { mutants } from './mutants.ts'
import { defaultSteps } from './options.ts'
import { proveMutants } from './proveMutants.ts'

/** Twice what the one that is found last takes, and more. */
const histories = 700

test('no two mutants have one name', () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length)
})

test('the simulation finds each mutant of the code', { timeout: 900_000 }, async () => {
  const of = { seed: 1, histories, steps: defaultSteps, jobs: availableParallelism(), mutant: undefined }
  const endings = await proveMutants(of, () => undefined)
  expect(endings.length).toBe(mutants.length)
  expect(endings.filter(({ seed }) => seed === undefined).map(({ name, what }) => `${name}: ${what}`)).toEqual([])
})
