import { afterEach, expect, test } from 'vitest'

import { systemClock } from '../../../kit/clock.ts'
import { fixedAccess } from './access.ts'
import { createApiClient, type ApiClient } from './apiClient.ts'
import type { WatchEvent } from './apiPort.ts'
import { badServer, resets, says, sends, type Answer, type BadServer } from './badServer.ts'
import { kinds, type Lease } from '../kinds.ts'

const open: (BadServer | ApiClient)[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((part) => part.close()))
})

async function watched(
  answer: Answer,
  signal = new AbortController().signal,
): Promise<{ seen: WatchEvent<Lease>[]; end: unknown }> {
  const server = await badServer(answer)
  const client = createApiClient({ access: fixedAccess(server.url), clock: systemClock, random: () => 0 })
  open.push(client, server)
  const seen: WatchEvent<Lease>[] = []
  try {
    for await (const event of client.watch(kinds.Lease, { resourceVersion: '5' }, signal)) seen.push(event)
  } catch (thrown) {
    return { seen, end: thrown }
  }
  return { seen, end: server.asked[0] }
}

function line(type: string, name: string, extra: object = {}): string {
  return `${JSON.stringify({ type, object: { metadata: { name, uid: 'u', resourceVersion: '6', ...extra } } })}\n`
}

test('changes and bookmarks arrive; the end of the answer is the end of the watch', async () => {
  const { seen, end } = await watched(sends([line('ADDED', 'a'), line('BOOKMARK', ''), line('DELETED', 'a')]))
  expect(seen.map(({ type }) => type)).toEqual(['added', 'bookmark', 'deleted'])
  expect(seen[1]).toEqual({ type: 'bookmark', resourceVersion: '6' })
  expect(end).toBe(
    'GET /apis/coordination.k8s.io/v1/leases?resourceVersion=5&watch=1&allowWatchBookmarks=true&timeoutSeconds=300',
  )
})

test('a line and a letter may be cut anywhere', async () => {
  const bytes = Buffer.from(line('ADDED', 'a', { labels: { title: 'Dürüm 🥙' } }))
  const { seen } = await watched(sends([...bytes].map((byte) => Buffer.from([byte]))))
  expect(seen).toMatchObject([{ object: { metadata: { labels: { title: 'Dürüm 🥙' } } } }])
})

test('half a line at the end is a bad response, after what came before', async () => {
  const { seen, end } = await watched(sends([line('ADDED', 'a'), '{"type":"MODI']))
  expect(seen).toHaveLength(1)
  expect(end).toMatchObject({ reason: 'badResponse' })
})

test('a line of 10 MB is refused before it is held whole', async () => {
  const piece = Buffer.alloc(1024 * 1024, 'x')
  const { end } = await watched(sends(['{"type":"ADDED","object":"', ...Array.from({ length: 10 }, () => piece)], 'stay'))
  expect(end).toMatchObject({ reason: 'badResponse' })
})

test('an ERROR event of 410 is gone', async () => {
  const status = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' }
  const { end } = await watched(sends([line('ADDED', 'a'), `${JSON.stringify({ type: 'ERROR', object: status })}\n`], 'stay'))
  expect(end).toMatchObject({ reason: 'gone' })
})

const faults: { readonly [name: string]: [Answer, string] } = {
  'a reset before the answer': [resets, 'network'],
  'a reset amid the stream': [sends([line('ADDED', 'a')], 'reset'), 'network'],
  'a 410': [says({ code: 410 }, 410), 'gone'],
  'a 429': [says({}, 429, { 'retry-after': '3' }), 'tooManyRequests'],
  'a 500': [says({}, 500), 'unavailable'],
  'a type that nobody knows': [sends([line('EXPLODED', 'a')]), 'badResponse'],
  'a line that is no object': [sends(['null\n']), 'badResponse'],
}
for (const [name, [fault, reason]] of Object.entries(faults)) {
  test(`a watch tells ${name}`, async () => {
    const { end } = await watched(fault)
    expect(end).toMatchObject({ name: 'ApiError', reason, ambiguous: false })
  })
}

test("leaving ends the watch with the signal's reason", async () => {
  const leaving = new AbortController()
  setImmediate(() => leaving.abort(new Error('we leave')))
  const { end } = await watched(sends([line('ADDED', 'a')], 'stay'), leaving.signal)
  expect(end).toMatchObject({ message: 'we leave' })
})
