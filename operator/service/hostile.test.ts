import { request as rawRequest } from 'node:http'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { makeKeyPair, signingKeyOf } from '../../kit/keys.ts'
import { startFakeOperator, type FakeOperator } from '../api/fakeServer.ts'

const token = 'a-token-for-the-test'
let operator: FakeOperator
beforeAll(async () => {
  const { privateJwk } = await makeKeyPair('operator', 'operator')
  operator = await startFakeOperator({
    key: await signingKeyOf(privateJwk),
    tokens: [{ name: 'test', token, namespaces: ['demo'], verbs: ['place', 'release', 'move', 'explain', 'topology'] }],
    nodes: ['eu-1', 'eu-2'].map((name) => ({ name, region: 'eu', url: `http://127.0.0.1:1/${name}` })),
  })
})
afterAll(() => operator.close())

const good = {
  participant: 'ann',
  displayName: 'Ann',
  rights: { publish: ['microphone'], subscribe: true, hidden: false },
  idempotencyKey: 'one-and-only',
}

interface Told {
  readonly status: number
  readonly body: { readonly code?: string; readonly field?: string; readonly result?: string; readonly title?: string }
}

/** Sends bytes as they are, so that nothing of a client tidies them up. */
function send(path: string, text: string, headers: Record<string, string> = {}, method = 'POST'): Promise<Told> {
  const { hostname, port } = new URL(operator.url)
  return new Promise((resolve, reject) => {
    const all = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers }
    const asking = rawRequest({ hostname, port, path, method, headers: all }, (response) => {
      let answer = ''
      response.on('data', (chunk: Buffer) => (answer += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(answer || '{}') as Told['body'] }))
    })
    asking.on('error', reject)
    asking.end(text)
  })
}

const pathOf = (namespace: string, name: string): string => `/v1/namespaces/${namespace}/meetings/${name}/placements`
const place = (body: object, name = 'standup'): Promise<Told> => send(pathOf('demo', name), JSON.stringify(body))

test('names at their limits are taken, one more is refused with the part of the path', async () => {
  expect(await place(good, 'm'.repeat(63))).toMatchObject({ status: 200, body: { result: 'placed' } })
  expect(await place(good, 'm'.repeat(64))).toMatchObject({ status: 400, body: { code: 'invalid', field: 'path.name' } })
  expect(await place({ ...good, participant: 'p'.repeat(128) }, 'long')).toMatchObject({ status: 200 })
  expect(await place({ ...good, participant: 'p'.repeat(129) }, 'long')).toMatchObject({ body: { field: 'body.participant' } })
  const odd = ['Standup', '-a', 'a-', 'a.b', 'a%2Fb', '%00', 'a%20b', encodeURIComponent('mötet'), '%E0%A4%A']
  for (const name of odd) expect([name, (await place(good, name)).status]).toEqual([name, 400])
})

test('a participant whose id is as long as it may be is released and moved as anybody', async () => {
  const attachment = '01KB00000000000000000000Z0'
  for (const who of ['p'.repeat(128), encodeURIComponent(`p${'|'.repeat(127)}`)]) {
    const path = `${pathOf('demo', 'long')}/${who}`
    const released = await send(`${path}?attachment=${attachment}`, '', { 'content-type': 'text/plain' }, 'DELETE')
    expect(released.status).toBe(204)
    const moved = await send(`${path}/move`, JSON.stringify({ attachment, reason: 'x' }))
    expect(moved).toMatchObject({ status: 404, body: { code: 'attachment_unknown' } })
  }
})

test('what is refused before it is routed is a problem document too', async () => {
  expect(await send(pathOf('demo', '%zz'), JSON.stringify(good))).toMatchObject({
    status: 400,
    body: { code: 'invalid', field: 'path' },
  })
  expect(await send(pathOf('demo', 'm'.repeat(5_000)), JSON.stringify(good))).toMatchObject({
    status: 400,
    body: { field: 'path' },
  })
})

test('a namespace of somebody else is refused, known or not, before anything is looked up', async () => {
  operator.meeting('secret', 'standup')
  for (const [method, rest] of [
    ['POST', '/placements'],
    ['DELETE', '/placements/ann?attachment=01KB00000000000000000000Z0'],
    ['GET', '/explanation'],
    ['GET', ''],
  ] as const) {
    for (const name of ['standup', 'no-such-meeting']) {
      const path = `/v1/namespaces/secret/meetings/${name}${rest}`
      const text = method === 'POST' ? JSON.stringify(good) : ''
      const headers = method === 'POST' ? {} : { 'content-type': 'text/plain' }
      expect(await send(path, text, headers, method)).toMatchObject({ status: 403, body: { code: 'namespace_not_allowed' } })
    }
  }
  const attachment = '01KB00000000000000000000Z0'
  const move = '/v1/namespaces/secret/meetings/standup/placements/ann/move'
  expect(await send(move, JSON.stringify({ attachment, reason: 'x' }))).toMatchObject({ body: { code: 'namespace_not_allowed' } })
})

test.each([
  ['nothing', ''],
  ['no JSON', '{"participant":'],
  ['a list', '[]'],
  ['a number', '1'],
  ['null', 'null'],
  ['a prototype', '{"__proto__":{"isAdmin":true}}'],
  ['a constructor', '{"constructor":{"prototype":{}}}'],
  ['deep nesting', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`],
  ['lone surrogates', JSON.stringify({ ...good, displayName: '\ud800', participant: '\udfff' })],
  ['numbers that are none', JSON.stringify(good).replace('}', ',"rttsMs":{"eu":1e999}}')],
])('a body that is %s is a problem document', async (_name, text) => {
  const { status, body } = await send(pathOf('demo', 'hostile'), text)
  expect([400, body.code]).toEqual([status, 'invalid'])
})

test('lists and maps have bounds, and what is not known is refused by name', async () => {
  const regions = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`r${index}`, 1]))
  expect(await place({ ...good, excludeNodes: Array.from({ length: 17 }, (_, index) => `n${index}`) })).toMatchObject({
    ...{ status: 400, body: { field: 'body.excludeNodes' } },
  })
  expect(await place({ ...good, rttsMs: regions(65) })).toMatchObject({ status: 400, body: { field: 'body.rttsMs' } })
  expect(await place({ ...good, rttsMs: regions(64) }, 'far')).toMatchObject({ status: 200 })
  expect(await place({ ...good, surprise: 1 })).toMatchObject({
    status: 400,
    body: { title: expect.stringContaining('surprise') as string },
  })
  expect(await place({ ...good, rttsMs: { eu: -1 } })).toMatchObject({ status: 400 })
})

test('what people will read is text, in any script, and moves no cursor', async () => {
  for (const text of ['a\u0000', 'a\nb', '\u001b[2J', '\u009b2J']) {
    expect(await place({ ...good, displayName: text })).toMatchObject({ status: 400, body: { field: 'body.displayName' } })
    expect(await place({ ...good, title: text })).toMatchObject({ status: 400, body: { field: 'body.title' } })
    const move = JSON.stringify({ attachment: '01KB00000000000000000000Z0', reason: text })
    expect(await send(`${pathOf('demo', 'x')}/ann/move`, move)).toMatchObject({ status: 400, body: { field: 'body.reason' } })
  }
  expect(await place({ ...good, displayName: 'Åsa 王 👩‍💻 عمر' }, 'scripts')).toMatchObject({
    status: 200,
    body: { result: 'placed' },
  })
})

test('a token that is too long, twice there or of another kind opens nothing', async () => {
  const path = pathOf('demo', 'auth')
  for (const authorization of [`Bearer ${'x'.repeat(8_000)}`, 'Bearer', `Basic ${token}`, `Bearer ${token} ${token}`, '']) {
    expect(await send(path, JSON.stringify(good), { authorization })).toMatchObject({ status: 401 })
  }
})

test('more meetings at once than a pool makes are bounded by their pool, and one that exists goes on', async () => {
  operator.meeting('demo', 'exists')
  const answers = await Promise.all(Array.from({ length: 1_200 }, (_, index) => place(good, `flood-${index}`)))
  const counts = Map.groupBy(answers, ({ body }) => (body.result === 'placed' ? 'placed' : (body.code ?? '')))
  expect([...counts.keys()].filter((each) => !['placed', 'ad_hoc_limit', 'nodes_full'].includes(each))).toEqual([])
  expect(counts.get('placed')?.length).toBeLessThanOrEqual(1_000)
  expect((await place(good, 'exists')).status).toBe(200)
})
