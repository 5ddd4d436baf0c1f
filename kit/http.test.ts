import { Writable } from 'node:stream'

import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'

import { commonErrors } from './errors.ts'
import { bearerOf, checked, createHttpServer } from './http.ts'
import { createLog } from './log.ts'

const lines: string[] = []
const destination = new Writable({
  write(chunk: Buffer, _encoding, done) {
    lines.push(chunk.toString())
    done()
  },
})
const app = createHttpServer({ log: createLog({ service: 'test', level: 'info', destination }), bodyLimitBytes: 100 })
app.get('/warming-up', () => {
  throw commonErrors.raise.unavailable({ what: 'The topology' })
})
app.post('/echo', (request) => checked(z.strictObject({ name: z.string().max(3) }), request.body, 'body'))
app.get('/bearer', (request) => ({ token: bearerOf(request.headers.authorization) }))
app.get('/broken', () => {
  throw new Error('secret detail')
})
afterAll(() => app.close())

const post = (payload: string) =>
  app.inject({ method: 'POST', url: '/echo', payload, headers: { 'content-type': 'application/json' } })

test.each([
  ['a wrong value', '{"name":"long"}', 400, 'invalid', 'body.name'],
  ['no JSON', '{', 400, 'invalid', 'body'],
  ['too large', `{"name":"${'x'.repeat(200)}"}`, 413, 'too_large', undefined],
])('%s is answered with a problem document that names the field', async (_name, payload, status, code, field) => {
  const response = await post(payload)
  expect(response.headers['content-type']).toContain('application/problem+json')
  expect(response.statusCode).toBe(status)
  expect(response.json()).toMatchObject({ status, code, ...(field === undefined ? {} : { field }) })
})

test('an unknown fault and an unknown path are problems too, and tell no detail', async () => {
  const broken = await app.inject('/broken')
  expect(broken.json()).toMatchObject({ status: 500, code: 'internal' })
  expect(broken.body).not.toContain('secret detail')
  expect((await app.inject('/nowhere')).json()).toMatchObject({ status: 404, code: 'not_found' })
})

test('a fault that nobody expected is logged, an answer of 503 is not', async () => {
  lines.length = 0
  expect((await app.inject('/warming-up')).statusCode).toBe(503)
  expect(lines).toEqual([])
  await app.inject('/broken')
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('request failed')
})

test('a bearer token is taken from the header or asked for', async () => {
  expect((await app.inject({ url: '/bearer', headers: { authorization: 'Bearer abc' } })).json()).toEqual({ token: 'abc' })
  expect((await app.inject('/bearer')).json()).toMatchObject({ status: 401, code: 'unauthorized', field: 'authorization' })
})
