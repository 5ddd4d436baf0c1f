import { expect, test } from 'vitest'

import { poolShape, strictShape } from './pool.ts'
import { withValues } from './readme.ts'
import { count, flag, object, text } from './shape.ts'
import { describeValues } from './valuesFile.ts'

const types = object({ name: text, deep: object({ on: flag, size: object({ high: count(0, 9) }) }) })
const yaml = `
# What it is called.
name: ''
# Not said of a group: its members are described.
deep:
  # Whether it is on.
  # In two lines.
  on: true
  # As a whole.
  size: { high: 3 }
`

test('words and defaults come from the file, types from the table', () => {
  const { shape, values } = describeValues(yaml, types)
  expect(values).toEqual([
    { path: 'name', words: 'What it is called.', fallback: '' },
    { path: 'deep.on', words: 'Whether it is on. In two lines.', fallback: true },
    { path: 'deep.size', words: 'As a whole.', fallback: { high: 3 } },
  ])
  expect(shape.properties?.['deep']?.properties).toMatchObject({
    on: { type: 'boolean', description: 'Whether it is on. In two lines.' },
    size: { additionalProperties: false, properties: { high: { type: 'integer', minimum: 0 } } },
  })
})

test('a value without a type, without words, or missing in the file is named, all at once', () => {
  const bad = yaml.replace('# What it is called.\n', '').replace('  on: true', '  off: true')
  expect(() => describeValues(bad, types)).toThrow(
    'differ:\n  name is not described\n  deep.off has no type\n  deep.on is not in values.yaml',
  )
})

test('the README gets a table a component and keeps what stands around', () => {
  const readme = 'before\n<!-- values: generated -->\nold\n<!-- /values -->\nafter\n'
  const out = withValues(readme, [
    { path: 'name', words: 'a | b', fallback: '' },
    { path: 'deep.on', words: 'On.', fallback: true },
  ])
  expect(out).toMatch(/^before\n.*\nafter\n$/s)
  expect(out).not.toContain('old')
  expect(out).toContain('### general\n')
  expect(out).toContain('| `name` |  | a \\| b |')
  expect(out).toContain('### deep\n')
  expect(out).toContain('| `deep.on` | `true` | On. |')
  expect(() => withValues('no marks', [])).toThrow('lacks <!-- values: generated -->')
})

test('a structural schema becomes strict, but where it keeps unknown fields', () => {
  const structural = {
    type: 'object',
    required: ['a'],
    properties: {
      a: { type: 'integer', format: 'int32', default: 2, minimum: 1 },
      open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { b: { type: 'string' } } },
      names: { type: 'object', additionalProperties: { type: 'string', maxLength: 3 } },
      list: { type: 'array', items: { type: 'object', properties: { c: { type: 'boolean' } } } },
    },
  } as const
  expect(strictShape(structural)).toEqual({
    type: 'object',
    required: ['a'],
    additionalProperties: false,
    properties: {
      a: { type: 'integer', minimum: 1 },
      open: { type: 'object', properties: { b: { type: 'string' } } },
      names: { type: 'object', additionalProperties: { type: 'string', maxLength: 3 } },
      list: { type: 'array', items: { type: 'object', additionalProperties: false, properties: { c: { type: 'boolean' } } } },
    },
  })
  expect(() => poolShape({ spec: { versions: [{ schema: { openAPIV3Schema: { properties: {} } } }] } })).toThrow('has no spec')
})
