import { readFileSync } from 'node:fs'

import { expect, test } from 'vitest'

import { commonErrors } from '../../kit/errors.ts'
import { sfuErrors } from '../../sfu/api/errors.ts'
import { closeReasons } from '../../sfu/api/session.ts'
import { placementErrors } from './errors.ts'
import { moveAnswer, moveRefusal, moveRequest } from './move.ts'
import { openApiDocument } from './openApi.ts'
import * as examples from './openApiExamples.ts'
import { explanation, placementAnswer, placementRequest } from './placement.ts'
import { refusals } from './refusals.ts'
import { meetingSnapshot } from './snapshot.ts'
import { topology, topologyLine } from './topology.ts'

const copy = new URL('../../docs/placement-api.json', import.meta.url)

test('docs/placement-api.json is what the server serves; after a change, write `node operator/api/writeOpenApi.ts`', () => {
  expect(JSON.parse(readFileSync(copy, 'utf8'))).toEqual(JSON.parse(JSON.stringify(openApiDocument)))
})

test('every reference of the document leads somewhere', () => {
  const references = JSON.stringify(openApiDocument).matchAll(/"#\/components\/schemas\/(\w+)"/g)
  const known = Object.keys(openApiDocument.components.schemas)
  expect([...references].map(([, name]) => name).filter((name) => !known.includes(name ?? ''))).toEqual([])
})

test.each([
  ['requests of placements', placementRequest, [examples.placementRequestExample]],
  ['answers of placements', placementAnswer, Object.values(examples.placementAnswerExamples)],
  ['requests of moves', moveRequest, [examples.moveRequestExample]],
  ['answers of moves', moveAnswer, Object.values(examples.moveAnswerExamples)],
  ['snapshots', meetingSnapshot, [examples.meetingSnapshotExample]],
  ['explanations', explanation, [examples.explanationExample]],
  ['topologies', topology, [examples.topologyExample]],
  ['lines of the stream', topologyLine, Object.values(examples.topologyLineExamples)],
])('the examples of %s are what the server takes and gives', (_name, schema, all) => {
  expect(all.map((example) => schema.parse(example))).toEqual(all)
})

test('every result and every code of an answer has an example, and every error is under its status', () => {
  const told = (all: Readonly<Record<string, { result: string; code?: string }>>) =>
    Object.values(all).map(({ result, code }) => `${result} ${code ?? ''}`)
  for (const code of moveRefusal.options) {
    expect(told(examples.moveAnswerExamples).some((each) => each.endsWith(` ${code}`))).toBe(true)
  }
  const results = placementAnswer.options.map(({ shape }) => shape.result.value)
  const exampled = new Set(told(examples.placementAnswerExamples).map((each) => each.split(' ')[0]))
  expect(exampled).toEqual(new Set(results))
  const operations = Object.values(openApiDocument.paths).flatMap((path) => Object.values<{ responses: object }>(path))
  for (const { responses } of operations) {
    for (const [status, { content }] of Object.entries(responses as Record<string, { content?: Record<string, unknown> }>)) {
      const problems = content?.['application/problem+json'] as
        { examples: Record<string, { value: { status: number } }> } | undefined
      for (const { value } of Object.values(problems?.examples ?? {})) expect(String(value.status)).toBe(status)
    }
  }
})

test('every field of what a client sends and is answered by a placement is described, and each part of a path has its bounds', () => {
  const { PlacementRequest, MoveRequest } = openApiDocument.components.schemas as Record<
    string,
    { properties: Record<string, object> }
  >
  const fields = Object.entries({ ...PlacementRequest?.properties, ...MoveRequest?.properties })
  expect(fields.filter(([, field]) => !('description' in field)).map(([name]) => name)).toEqual([])
  const parameters = JSON.stringify(openApiDocument.paths).matchAll(/"in":"path","required":true,"schema":({[^}]*})/g)
  expect([...parameters].filter(([, schema]) => !schema?.includes('pattern'))).toEqual([])
})

test('docs/placement-api.md lists every code of an answer, with what it means', () => {
  const page = readFileSync(new URL('../../docs/placement-api.md', import.meta.url), 'utf8')
  const rows = page.split('\n').map((line) => line.replaceAll(/ +/g, ' '))
  const wanted = Object.entries(refusals).map(([code, { results, means }]) => {
    return `| \`${code}\` | ${results.map((result) => `\`${result}\``).join(', ')} | ${means} |`
  })
  expect(wanted.filter((row) => !rows.includes(row))).toEqual([])
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
