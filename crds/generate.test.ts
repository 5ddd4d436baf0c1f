import { readFileSync } from 'node:fs'

import { expect, test } from 'vitest'

import { kinds, group, version } from './index.ts'
import { readDefinitions, type Schema } from './schema.ts'
import { typeScriptOf } from './typeScript.ts'

/** CEL functions and macros that the API server and our embedded API both have with the same meaning. */
const sharedFunctions = new Set(['matches', 'contains', 'startsWith', 'endsWith', 'size', 'has', 'all', 'exists', 'exists_one'])

interface Located {
  readonly path: string
  readonly schema: Schema
}

function* walk(schema: Schema, path: string): Generator<Located> {
  yield { path, schema }
  for (const [name, part] of Object.entries(schema.properties ?? {})) yield* walk(part, `${path}.${name}`)
  if (schema.items) yield* walk(schema.items, `${path}[]`)
  if (schema.additionalProperties) yield* walk(schema.additionalProperties, `${path}[]`)
}

const everySchema = readDefinitions().flatMap((definition) => [
  ...walk(definition.spec.versions[0].schema.openAPIV3Schema, definition.spec.names.kind),
])
/** Root fields that every Kubernetes object has; nothing is said about them here. */
const isOwn = ({ path }: Located): boolean => /\.(spec|status)(\.|$)/.test(path)

test('the generated types are what the definitions say', () => {
  expect(readFileSync(new URL('types.gen.ts', import.meta.url), 'utf8')).toBe(typeScriptOf(readDefinitions()))
})

test('the table of kinds names what the definitions define', () => {
  const defined = readDefinitions().map(({ spec }) => [
    spec.names.kind,
    spec.names.plural,
    `${spec.group}/${spec.versions[0].name}`,
  ])
  expect(Object.entries(kinds).map(([kind, { plural, apiVersion }]) => [kind, plural, apiVersion])).toEqual(
    expect.arrayContaining(defined),
  )
  expect(defined).toHaveLength(Object.keys(kinds).length)
  expect(`${group}/${version}`).toBe(kinds.Meeting.apiVersion)
})

test('every field is described', () => {
  const bare = everySchema.filter((entry) => isOwn(entry) && !entry.path.endsWith('[]') && !entry.schema.description)
  expect(bare.map(({ path }) => path)).toEqual([])
})

test('every list, map, text and number is bounded', () => {
  const bounded = {
    array: (schema: Schema) => schema.maxItems !== undefined && schema['x-kubernetes-list-type'] !== undefined,
    string: (schema: Schema) => (schema.maxLength ?? schema.enum ?? schema.format) !== undefined,
    integer: (schema: Schema) => schema.minimum !== undefined && schema.format !== undefined,
    object: ({ properties, maxProperties, ...schema }: Schema) =>
      (properties ?? maxProperties ?? schema['x-kubernetes-preserve-unknown-fields']) !== undefined,
    boolean: () => true,
  }
  const free = everySchema.filter((entry) => isOwn(entry) && !bounded[entry.schema.type](entry.schema))
  expect(free.map(({ path }) => path)).toEqual([])
})

test('rules use only functions that both evaluators have', () => {
  const rules = everySchema.flatMap(({ schema }) => schema['x-kubernetes-validations'] ?? [])
  const withoutTexts = rules.map(({ rule }) => rule.replaceAll(/'(?:[^'\\]|\\.)*'/g, "''"))
  const called = withoutTexts.flatMap((rule) => [...rule.matchAll(/([A-Za-z_]\w*)\s*\(/g)].map(([, name]) => name ?? ''))
  expect(called.filter((name) => !sharedFunctions.has(name))).toEqual([])
  expect(rules.length).toBeGreaterThan(0)
})
