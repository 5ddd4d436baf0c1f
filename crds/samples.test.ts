import { expect, test } from 'vitest'

import { readSamples } from './samples.ts'
import { readDefinitions, type Schema } from './schema.ts'

function messagesOf(schema: Schema): readonly string[] {
  const own = (schema['x-kubernetes-validations'] ?? []).map(({ message }) => message)
  const parts = [...Object.values(schema.properties ?? {}), ...(schema.items ? [schema.items] : [])]
  return [...own, ...parts.flatMap(messagesOf)]
}

test('every rule has a sample that it refuses', () => {
  const expected = readSamples('refused').map(({ expects }) => expects)
  const rules = readDefinitions().flatMap((definition) => messagesOf(definition.spec.versions[0].schema.openAPIV3Schema))
  expect(rules.filter((message) => !expected.some((text) => text.endsWith(message)))).toEqual([])
})

test('a refused sample says what a user reads, an accepted one says nothing', () => {
  expect(readSamples('refused').filter(({ expects }) => expects === '')).toEqual([])
  expect(readSamples('accepted').filter(({ expects }) => expects !== '')).toEqual([])
})

test('every kind has samples of both sorts', () => {
  const kinds = readDefinitions().map(({ spec }) => spec.names.kind)
  for (const sort of ['accepted', 'refused'] as const) {
    const shown = readSamples(sort).map(({ documents }) => documents.at(-1)?.kind)
    expect(shown).toEqual(expect.arrayContaining(kinds))
  }
})
