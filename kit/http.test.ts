import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'

import { bearerOf, checked, createHttpServer } from './http.ts'
import { silentLog } from './log.ts'

const app = createHttpServer({ log: silentLog, bodyLimitBytes: 100 })
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

test('a bearer token is taken from the header or asked for', async () => {
  expect((await app.inject({ url: '/bearer', headers: { authorization: 'Bearer abc' } })).json()).toEqual({ token: 'abc' })
  expect((await app.inject('/bearer')).json()).toMatchObject({ status: 401, code: 'unauthorized', field: 'authorization' })
})
