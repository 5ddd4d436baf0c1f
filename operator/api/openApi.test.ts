import { readFileSync } from 'node:fs'

import { expect, test } from 'vitest'

import { commonErrors } from '../../kit/errors.ts'
import { sfuErrors } from '../../sfu/api/errors.ts'
import { closeReasons } from '../../sfu/api/session.ts'
import { placementErrors } from './errors.ts'
import { moveAnswer, moveRefusal } from './move.ts'
import { openApiDocument } from './openApi.ts'
import { placementAnswer } from './placement.ts'

const copy = new URL('../../docs/placement-api.json', import.meta.url)

test('docs/placement-api.json is what the server serves; after a change, write `node operator/api/writeOpenApi.ts`', () => {
  expect(JSON.parse(readFileSync(copy, 'utf8'))).toEqual(JSON.parse(JSON.stringify(openApiDocument)))
})

test('every reference of the document leads somewhere', () => {
  const references = JSON.stringify(openApiDocument).matchAll(/"#\/components\/schemas\/(\w+)"/g)
  const known = Object.keys(openApiDocument.components.schemas)
  expect([...references].map(([, name]) => name).filter((name) => !known.includes(name ?? ''))).toEqual([])
})

test('docs/placement-api.md tells of every path, every answer and no code that does not exist', () => {
  const page = readFileSync(new URL('../../docs/placement-api.md', import.meta.url), 'utf8')
  const short = page.replaceAll('{ns}', '{namespace}')
  expect(Object.keys(openApiDocument.paths).filter((path) => !short.includes(path))).toEqual([])
  const results = [...placementAnswer.options, ...moveAnswer.options].map(({ shape }) => shape.result.value)
  expect(results.filter((result) => !page.includes(`\`${result}\``))).toEqual([])
  const codes = new Set([
    ...moveRefusal.options,
    ...[commonErrors, placementErrors, sfuErrors].flatMap(({ entries }) => Object.keys(entries)),
    ...Object.keys(closeReasons),
  ])
  const told = [...page.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, code]) => code ?? '')
  expect(told.filter((code) => !codes.has(code))).toEqual([])
})
