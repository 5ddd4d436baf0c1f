import { expect } from 'vitest'

import { specDefaults } from '../../../../crds/index.ts'
import { aMeeting, cases, pathsIn } from '../contractCase.ts'

/** Requests that nobody should send. Each gets its answer, and the API goes on. */
export const hostileCases = cases({
  'a body that is no JSON': async ({ api, namespace }) => {
    const { meetings } = pathsIn(namespace)
    for (const body of ['{bad', '', '[]', '"text"', 'null', '3']) {
      const answer = await api.post(meetings, body)
      expect(answer.body).toMatchObject({ kind: 'Status', code: 400, reason: 'BadRequest' })
      expect(answer.body['message']).toMatch(/^the object provided is unrecognized \(must be of type Meeting\): /)
    }
  },
  'a body without a kind': async ({ api, namespace }) => {
    const answer = await api.post(pathsIn(namespace).meetings, { metadata: { name: 'a' } })
    expect(answer.body).toMatchObject({ code: 400, reason: 'BadRequest' })
    expect(answer.body['message']).toContain("Object 'Kind' is missing")
  },
  'a body of another type': async ({ api, namespace }) => {
    const answer = await api.post(pathsIn(namespace).meetings, 'a=b', { contentType: 'text/plain' })
    expect(answer.body).toMatchObject({ code: 415, reason: 'UnsupportedMediaType' })
  },
  'a body that is too large': async ({ api, namespace }) => {
    const { meetings } = pathsIn(namespace)
    const answer = await api.post(meetings, aMeeting('a', { title: 'x'.repeat(4 * 1024 * 1024) }))
    expect(answer.body).toMatchObject({ kind: 'Status', code: 413, reason: 'RequestEntityTooLarge' })
    expect((await api.post(meetings, aMeeting('a'))).code).toBe(201)
  },
  'a form of answer that there is not': async ({ api, namespace }) => {
    const { meetings } = pathsIn(namespace)
    expect((await api.get(meetings, { accept: 'text/html' })).body).toMatchObject({
      code: 406,
      reason: 'NotAcceptable',
    })
    expect((await api.get(meetings, { accept: 'application/vnd.kubernetes.protobuf,application/json' })).contentType).toBe(
      'application/json',
    )
    expect((await api.get(meetings, { accept: '*/*' })).contentType).toBe('application/json')
  },
  'paths that lead nowhere': async ({ api, namespace }) => {
    const paths = [
      '/apis/parley.media/v1alpha1/nothing',
      '/apis/parley.media/v2/meetings',
      '/apis/nobody.example/v1',
      '/nothing',
      '/api/v2',
      '/apis/parley.media/v1alpha1/meetings/a',
      `/apis/parley.media/v1alpha1/namespaces/${namespace}`,
      `${pathsIn(namespace).meetings}/a/nothing`,
      `${pathsIn(namespace).meetings}/a/status/more`,
      '/apis/parley.media/v1alpha1/namespaces/%zz/meetings',
      '/apis/../../etc/passwd',
    ]
    const codes = await Promise.all(paths.map(async (path) => (await api.get(path)).code))
    expect(codes.filter((code) => code < 400 || code >= 500)).toEqual([])
  },
  'methods that there are not': async ({ api, namespace }) => {
    const { meetings } = pathsIn(namespace)
    expect((await api.patch(meetings, {}, { contentType: 'application/merge-patch+json' })).code).toBeGreaterThanOrEqual(400)
    expect((await api.send('OPTIONS', meetings)).body).toMatchObject({ kind: 'Status', code: 405, reason: 'MethodNotAllowed' })
  },
  'names that mean something to JavaScript': async ({ api, namespace }) => {
    const { meetings } = pathsIn(namespace)
    const body =
      '{"apiVersion":"parley.media/v1alpha1","kind":"Meeting","metadata":{"name":"a"},"spec":{"__proto__":{"ended":true},"constructor":1}}'
    const answer = await api.post(meetings, body)
    expect([answer.code, answer.body['spec']]).toEqual([201, specDefaults.Meeting])
    const patch = '{"metadata":{"labels":{"constructor":"x","toString":"y"}},"__proto__":{"polluted":true}}'
    const patched = await api.patch(`${meetings}/a`, patch, { contentType: 'application/merge-patch+json' })
    expect(patched.body).toMatchObject({ metadata: { labels: { constructor: 'x', toString: 'y' } } })
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  },
  'values nested without end': async ({ api, namespace }) => {
    const { meetings } = pathsIn(namespace)
    const deep = `{"apiVersion":"parley.media/v1alpha1","kind":"Meeting","metadata":{"name":"a"},"spec":{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`
    expect((await api.post(meetings, deep, { query: { fieldValidation: 'Strict' } })).code).toBe(400)
    expect((await api.get(meetings)).code).toBe(200)
  },
})
