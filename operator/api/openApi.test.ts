import { readFileSync } from 'node:fs'

import { expect, test } from 'vitest'

import { openApiDocument } from './openApi.ts'

const copy = new URL('../../docs/placement-api.json', import.meta.url)

test('docs/placement-api.json is what the server serves; after a change, write `node operator/api/writeOpenApi.ts`', () => {
  expect(JSON.parse(readFileSync(copy, 'utf8'))).toEqual(JSON.parse(JSON.stringify(openApiDocument)))
})

test('every reference of the document leads somewhere', () => {
  const references = JSON.stringify(openApiDocument).matchAll(/"#\/components\/schemas\/(\w+)"/g)
  const known = Object.keys(openApiDocument.components.schemas)
  expect([...references].map(([, name]) => name).filter((name) => !known.includes(name ?? ''))).toEqual([])
})
