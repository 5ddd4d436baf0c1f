import { expect, test } from 'vitest'

import { sourceOf } from './applyMutant.ts'
import { mutants } from './mutants.ts'

test.each(mutants)('the text that the mutant $name changes stands once in its file', (mutant) => {
  expect(sourceOf(mutant)).toContain(mutant.to)
})

test('a mutant whose text is gone fails by name', () => {
  const [first] = mutants
  if (first === undefined) throw new Error('there is no mutant')
  expect(() => sourceOf({ ...first, from: 'a text that nobody wrote' })).toThrow(`mutant ${first.name}: its text stands 0 times`)
})
