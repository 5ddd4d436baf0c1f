import { afterEach, expect, test } from 'vitest'

import { systemClock } from '../../../kit/clock.ts'
import { fixedAccess } from './access.ts'
import { createApiClient, type ApiClient } from './apiClient.ts'
import { isApiError, type ApiError } from './apiError.ts'
import { badServer, hangs, resets, says, sends, type Answer, type BadServer } from './badServer.ts'
import { kinds } from '../kinds.ts'

const open: (BadServer | ApiClient)[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((part) => part.close()))
})

/** A clock whose sleeps take no time, so that retries are quick. */
const hurried = { ...systemClock, sleep: () => Promise.resolve() }

async function talk(...script: Answer[]): Promise<{ server: BadServer; client: ApiClient }> {
  const server = await badServer(...script)
  const times = script.includes(hangs) ? { callTimeoutMs: 200 } : {}
  const client = createApiClient({ access: fixedAccess(server.url), clock: hurried, random: () => 0.5, times })
  open.push(client, server)
  return { server, client }
}

function lease(name: string, version = '1'): unknown {
  return {
    metadata: { name, namespace: 'parley', uid: `uid-${name}`, resourceVersion: version, managedFields: [{ manager: 'x' }] },
  }
}
const ref = { namespace: 'parley', name: 'a' }
const refusal = (code: number, reason: string): unknown => ({ kind: 'Status', code, reason, message: `because of ${reason}` })

async function errorOf(promise: Promise<unknown>): Promise<ApiError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!isApiError(error)) throw new Error('expected an ApiError', { cause: error })
  return error
}

test('500 reads use a few connections', async () => {
  const server = await badServer(says(lease('a')))
  const client = createApiClient({ access: fixedAccess(server.url), clock: systemClock, random: () => 0.5 })
  open.push(client, server)
  await Promise.all(Array.from({ length: 500 }, () => client.get(kinds.Lease, ref)))
  expect(server.asked).toHaveLength(500)
  expect(server.connections()).toBeLessThanOrEqual(8)
})

test('what arrives keeps no managedFields and knows its kind', async () => {
  const { client } = await talk(says(lease('a')))
  const got = await client.get(kinds.Lease, ref)
  expect(got).toEqual({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'a', namespace: 'parley', uid: 'uid-a', resourceVersion: '1' },
  })
})

test('a list is read page by page and shows the version of its first page', async () => {
  const page = (version: string, next: string, ...names: string[]): Answer =>
    says({ items: names.map((name) => lease(name)), metadata: { resourceVersion: version, continue: next } })
  const { server, client } = await talk(page('7', 'more', 'a', 'b'), page('9', '', 'c'))
  const { items, resourceVersion } = await client.list(kinds.Lease, { namespace: 'parley', labelSelector: 'x=y' })
  expect(items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c'])
  expect(resourceVersion).toBe('7')
  expect(server.asked).toEqual([
    'GET /apis/coordination.k8s.io/v1/namespaces/parley/leases?labelSelector=x%3Dy&limit=500',
    'GET /apis/coordination.k8s.io/v1/namespaces/parley/leases?labelSelector=x%3Dy&limit=500&continue=more',
  ])
})

test('a list whose continue token grew too old is gone', async () => {
  const first = says({ items: [lease('a')], metadata: { resourceVersion: '7', continue: 'more' } })
  const { client } = await talk(first, says(refusal(410, 'Expired'), 410))
  expect(await errorOf(client.list(kinds.Lease, {}))).toMatchObject({ reason: 'gone', ambiguous: false })
})

const faults: { readonly [name: string]: Answer } = {
  'a reset': resets,
  'a hang': hangs,
  'a 500': says(refusal(500, 'InternalError'), 500),
  'HTML of a proxy': sends(['<html>busy</html>']),
  'a 429': says(refusal(429, 'TooManyRequests'), 429, { 'retry-after': '1' }),
  'half an answer': sends(['{"metadata":{"na'], 'reset'),
}
for (const [name, fault] of Object.entries(faults)) {
  test(`a read outlives ${name}`, async () => {
    const { server, client } = await talk(fault, fault, says(lease('a')))
    await expect(client.get(kinds.Lease, ref)).resolves.toMatchObject({ metadata: { name: 'a' } })
    expect(server.asked).toHaveLength(3)
  })
}

test('a read gives up after four attempts and says why', async () => {
  const { server, client } = await talk(says(refusal(503, 'ServiceUnavailable'), 503))
  expect(await errorOf(client.get(kinds.Lease, ref))).toMatchObject({ reason: 'unavailable', status: 503, ambiguous: false })
  expect(server.asked).toHaveLength(4)
})

test('a longer Retry-After than the client has patience for goes to the caller', async () => {
  const { server, client } = await talk(says(refusal(429, 'TooManyRequests'), 429, { 'retry-after': '30' }))
  expect(await errorOf(client.get(kinds.Lease, ref))).toMatchObject({ reason: 'tooManyRequests', retryAfterMs: 30_000 })
  expect(server.asked).toHaveLength(1)
})

const demands: { readonly [name: string]: [Answer, number] } = {
  'an hour': [says(refusal(429, 'TooManyRequests'), 429, { 'retry-after': '3600' }), 60_000],
  'a number without end': [says(refusal(503, 'ServiceUnavailable'), 503, { 'retry-after': '9'.repeat(400) }), 60_000],
  'a day of the next century': [
    says(refusal(503, 'ServiceUnavailable'), 503, { 'retry-after': 'Fri, 01 Jan 2100 00:00:00 GMT' }),
    60_000,
  ],
  'less than nothing': [says({ kind: 'Status', code: 429, details: { retryAfterSeconds: -5 } }, 429), 0],
}
for (const [name, [answer, waitMs]] of Object.entries(demands)) {
  test(`a server that asks to be left alone for ${name} is asked again within a minute`, async () => {
    const { client } = await talk(answer)
    expect(await errorOf(client.create(kinds.Lease, { metadata: ref }))).toMatchObject({ retryAfterMs: waitMs })
  })
}

const ambiguous: { readonly [name: string]: [Answer, ApiError['reason']] } = {
  'a reset after sending': [resets, 'network'],
  'a hang': [hangs, 'timeout'],
  'a 500': [says(refusal(500, 'InternalError'), 500), 'unavailable'],
  'a 504': [says(refusal(504, 'Timeout'), 504), 'timeout'],
  'an answer cut in the middle': [sends(['{"metadata":'], 'reset'), 'network'],
  'an answer that is not JSON': [sends(['<html>']), 'badResponse'],
}
for (const [name, [fault, reason]] of Object.entries(ambiguous)) {
  test(`a write that meets ${name} is ambiguous and not repeated`, async () => {
    const { server, client } = await talk(fault)
    const error = await errorOf(client.mergePatch(kinds.Lease, ref, { patch: { spec: { holderIdentity: 'x' } } }))
    expect(error).toMatchObject({ reason, ambiguous: true })
    expect(server.asked).toHaveLength(1)
  })
}

test('a write is repeated when the server surely did not begin it', async () => {
  const { server, client } = await talk(says(refusal(429, 'TooManyRequests'), 429, { 'retry-after': '1' }), says(lease('a', '2')))
  const made = await client.create(kinds.Lease, { metadata: ref })
  expect(made.metadata.resourceVersion).toBe('2')
  expect(server.asked).toHaveLength(2)
})

test('a write to a server that is not there is not ambiguous', async () => {
  const { server, client } = await talk(hangs)
  await server.close()
  expect(await errorOf(client.create(kinds.Lease, { metadata: ref }))).toMatchObject({ reason: 'network', ambiguous: false })
})

test('refusals are told apart', async () => {
  const invalid = {
    ...(refusal(422, 'Invalid') as object),
    details: { causes: [{ field: 'spec.replicas', message: 'must be positive' }] },
  }
  const moved = { ...(refusal(422, 'Invalid') as object), details: { causes: [{ field: 'metadata.uid', message: 'immutable' }] } }
  const { client } = await talk(
    says(refusal(409, 'AlreadyExists'), 409),
    says(refusal(409, 'Conflict'), 409),
    says(refusal(404, 'NotFound'), 404),
    says(refusal(403, 'Forbidden'), 403),
    says(invalid, 422),
    says(moved, 422),
  )
  const patch = { patch: {} }
  expect(await errorOf(client.create(kinds.Lease, { metadata: ref }))).toMatchObject({ reason: 'alreadyExists' })
  expect(await errorOf(client.mergePatch(kinds.Lease, ref, patch))).toMatchObject({ reason: 'conflict' })
  expect(await errorOf(client.mergePatch(kinds.Lease, ref, patch))).toMatchObject({ reason: 'notFound' })
  expect(await errorOf(client.mergePatch(kinds.Lease, ref, patch))).toMatchObject({ reason: 'forbidden' })
  expect(await errorOf(client.mergePatch(kinds.Lease, ref, patch))).toMatchObject({
    reason: 'invalid',
    message: expect.stringContaining('because of Invalid') as string,
    faults: [{ field: 'spec.replicas', message: 'must be positive' }],
  })
  expect(await errorOf(client.mergePatch(kinds.Lease, ref, patch))).toMatchObject({ reason: 'conflict' })
})

test('preconditions travel with the write', async () => {
  const { server, client } = await talk(says(lease('a')))
  await client.patchStatus(kinds.Meeting, ref, { patch: { phase: null }, resourceVersion: '4' })
  await client.mergePatch(kinds.Lease, ref, { patch: { metadata: { labels: { a: null } } }, resourceVersion: '5' })
  await client.delete(kinds.Lease, ref, { uid: 'u', resourceVersion: '5' })
  expect(server.asked[0]).toBe('PATCH /apis/parley.media/v1alpha1/namespaces/parley/meetings/a/status')
  expect(server.bodies.map((body) => JSON.parse(body) as unknown)).toEqual([
    { metadata: { resourceVersion: '4' }, status: { phase: null } },
    { metadata: { labels: { a: null }, resourceVersion: '5' } },
    expect.objectContaining({ preconditions: { uid: 'u', resourceVersion: '5' } }),
  ])
})

test("an aborted call rejects with the signal's reason", async () => {
  const { client } = await talk(hangs)
  const leaving = new AbortController()
  const call = client.get(kinds.Lease, ref, leaving.signal)
  leaving.abort(new Error('we leave'))
  await expect(call).rejects.toThrow('we leave')
})

test('refused credentials are read again and the call repeated once', async () => {
  const server = await badServer(says(refusal(401, 'Unauthorized'), 401), says(lease('a')))
  const client = createApiClient({
    access: ({ reload }) =>
      Promise.resolve({ url: server.url, tls: {}, headers: { authorization: reload ? 'Bearer new' : 'Bearer old' } }),
    clock: hurried,
    random: () => 0.5,
  })
  open.push(client, server)
  await client.get(kinds.Lease, ref)
  expect(server.tokens).toEqual(['Bearer old', 'Bearer new'])
})

test('credentials that cannot be read are told as such and touch nobody', async () => {
  const client = createApiClient({ access: () => Promise.reject(new Error('no file')), clock: hurried, random: () => 0.5 })
  open.push(client)
  expect(await errorOf(client.create(kinds.Lease, { metadata: ref }))).toMatchObject({ reason: 'unauthorized', ambiguous: false })
})
