import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { commonErrors } from './errors.ts'
import { createHttpServer } from './http.ts'
import { silentLog } from './log.ts'
import { answerToHeaders } from './withheldBody.ts'

const app = createHttpServer({ log: silentLog, bodyLimitBytes: 100, requestWithinMs: 150 })
app.get('/people/:name', (request) => request.params)
app.post('/echo', (request) => request.body)
const nobody = async (): Promise<never> => {
  throw commonErrors.raise.unauthorized({ why: 'a test lets nobody in' })
}
app.post('/shut', { onRequest: nobody }, (request) => request.body)
beforeAll(() => app.listen({ host: '127.0.0.1', port: 0 }))
afterAll(() => app.close())

/** Sends bytes as they are and gives what came back by the time that the server closed the connection. */
async function told(bytes: string): Promise<{ head: string; problem: unknown }> {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
  socket.write(bytes)
  await once(socket, 'close')
  const [head = '', body = ''] = text.split('\r\n\r\n')
  return { head, problem: JSON.parse(body) }
}

test.each([
  ['no HTTP', 'GARBAGE\r\n\r\n', 400, 'invalid'],
  [
    'two lengths',
    'POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
    'invalid',
  ],
  ['headers without end', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 400, 'invalid'],
  ['headers that stop', 'GET / HTTP/1.1\r\nhost: x\r\n', 408, 'too_slow'],
  [
    'a body that stops',
    'POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{',
    408,
    'too_slow',
  ],
])('%s is told by a problem document, and its connection is closed', async (_name, bytes, status, code) => {
  const { head, problem } = await told(bytes)
  expect(head).toContain(`HTTP/1.1 ${status} `)
  expect(head).toContain('content-type: application/problem+json')
  expect(problem).toMatchObject({ status, code })
})

test('who is slow holds up nobody else', async () => {
  const slow = told('POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n')
  expect((await app.inject('/people/ann')).json()).toEqual({ name: 'ann' })
  expect((await slow).problem).toMatchObject({ code: 'too_slow', retry: 'later' })
  expect((await app.inject('/people/ann')).json()).toEqual({ name: 'ann' })
})

test.each([
  ['a path that is none', '/people/%zz', 'path'],
  ['a part of a path that no name can be', `/people/${'a'.repeat(500)}`, 'path'],
])('%s is a problem document that says so', async (_name, url, field) => {
  const response = await app.inject(url)
  expect(response.headers['content-type']).toContain('application/problem+json')
  expect(response.json()).toMatchObject({ status: 400, code: 'invalid', field })
})

test('who is refused by the headers alone is not waited for; a connection on which too much would follow is closed', async () => {
  const shut = (bytes: number) =>
    answerToHeaders({
      url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/shut`,
      method: 'POST',
      bytes,
    })
  expect(await shut(100)).toEqual({ status: 401, kept: true })
  expect(await shut(101)).toEqual({ status: 401, kept: false })
})

test('the longest name that a path may carry comes through, as sent and encoded', async () => {
  for (const [sent, name] of [
    ['a'.repeat(128), 'a'.repeat(128)],
    ['%7C'.repeat(128), '|'.repeat(128)],
  ]) {
    expect((await app.inject(`/people/${sent}`)).json()).toEqual({ name })
  }
})

test('a body of another kind is refused with the kind that is wanted', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const response = await app.inject({ method: 'POST', url: '/echo', payload: 'a=b', headers })
  expect(response.json()).toMatchObject({ code: 'invalid', field: 'content-type' })
})

test.each([
  ['empty', '', 'The body is empty: it must be JSON.'],
  ['cut off', '{"a":', 'The body is not well-formed JSON.'],
  ['to change what all objects inherit', '{"__proto__":{"a":1}}', /must not have the key __proto__/],
  ['to do so deep inside', '{"a":[{"\\u005f_proto__":1}]}', /must not have the key __proto__/],
  ['to do so by the constructor', '{"constructor":{"prototype":{}}}', /constructor with a prototype/],
])('a body that is %s is refused with what is wrong with it', async (_name, payload, title) => {
  const headers = { 'content-type': 'application/json; charset=utf-8' }
  const response = await app.inject({ method: 'POST', url: '/echo', payload, headers })
  expect(response.json()).toMatchObject({
    status: 400,
    code: 'invalid',
    field: 'body',
    title: expect.stringMatching(title) as string,
  })
})

test('a body that only speaks of such keys is read', async () => {
  const body = { a: '"__proto__":', constructor: 'x' }
  expect((await app.inject({ method: 'POST', url: '/echo', payload: body })).json()).toEqual(body)
})
