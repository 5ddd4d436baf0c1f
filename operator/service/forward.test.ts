import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterEach, expect, test } from 'vitest'

import { systemClock } from '../../kit/clock.ts'
import { commonErrors } from '../../kit/errors.ts'
import { createMetrics } from '../../kit/metrics.ts'
import { virtualClock } from '../../kit/virtualClock.ts'
import { missing, waitFor } from '../../kit/wait.ts'
import { moveAtMostMs } from '../effects/mover.ts'
import type { PlacementAnswer } from '../api/placement.ts'
import { operatorMetrics } from '../metrics.ts'
import { aReplica as startReplica, aRequest, heldBy, placeAt, token, type Role } from '../testing/aReplica.ts'
import { answerOf, batchPath } from './batch.ts'
import { createForwarder } from './forward.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

async function aReplica(name: string, role: Role) {
  const replica = await startReplica(name, role)
  closers.push(() => replica.close())
  return replica
}

/** A leader of which a test writes each answer. */
async function aLeader(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server: Server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const standbyOf = (url: string, role: Partial<Role> = {}) =>
  aReplica('standby', { leads: false, holder: () => heldBy('leader', url), ...role })
const names = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `p-${index}`)
const placeEach = (url: string, people: readonly string[]) => Promise.all(people.map((who) => placeAt(url, aRequest(who))))

/** Sends a batch by hand, as no standby would. */
async function sendBatch(url: string, requests: readonly unknown[]) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  const response = await fetch(`${url}${batchPath}`, { method: 'POST', headers, body: JSON.stringify({ requests }) })
  return { status: response.status, text: await response.text() }
}
const placed: PlacementAnswer = {
  result: 'placed',
  meeting: { namespace: 'demo', name: 'standup', incarnation: '01KB00000000000000000000Z0' },
  attachment: '01KB00000000000000000000Z1',
  node: 'eu-1',
  region: 'eu',
  url: 'http://127.0.0.1:1',
  grant: 'a-grant',
  turnUrls: [],
  decidedBy: 'operator',
  reason: 'placed',
}
const good = {
  operation: 'place',
  authorization: `Bearer ${token}`,
  params: { namespace: 'demo', name: 'standup' },
  body: aRequest('ann'),
}

test('of many placements at a standby each gets its own answer', async () => {
  const leader = await aReplica('leader', { leads: true })
  const standby = await standbyOf(leader.url)
  const people = names(200)
  const answers = await placeEach(standby.url, people)
  expect(answers.map(({ status, body }) => [status, body['reason']])).toEqual(
    people.map((who) => [200, `answered by leader: ${who}`]),
  )
  expect(answers[0]?.type).toBe('application/json; charset=utf-8')
  expect(await standby.forwarded('answered')).toBe(200)
})

test('who takes their time at the leader holds up nobody who came with them or later', async () => {
  const { promise: slow, resolve: end } = Promise.withResolvers<void>()
  const place = async (_meeting: unknown, { participant }: { participant: string }): Promise<PlacementAnswer> => {
    if (participant === 'slow') await slow
    return { ...placed, reason: participant }
  }
  const leader = await aReplica('leader', { leads: true, place })
  const standby = await standbyOf(leader.url)
  const waits = placeAt(standby.url, aRequest('slow'))
  const together = await placeEach(standby.url, names(20))
  const after = await placeEach(standby.url, names(3))
  expect([...together, ...after].map(({ body }) => body['reason'])).toEqual([...names(20), ...names(3)])
  end()
  expect((await waits).body['reason']).toBe('slow')
})

test('releases, moves and questions go to the leader by the same way as placements', async () => {
  const leader = await aReplica('leader', { leads: true })
  const standby = await standbyOf(leader.url)
  const authorization = `Bearer ${token}`
  const headers = { authorization, 'content-type': 'application/json' }
  const meeting = `${standby.url}/v1/namespaces/demo/meetings/standup`
  const attachment = '01KB00000000000000000000Z1'
  const gone = await fetch(`${meeting}/placements/ann?attachment=${attachment}`, {
    method: 'DELETE',
    headers: { authorization },
  })
  expect([gone.status, await gone.text(), leader.released, standby.released]).toEqual([204, '', ['ann'], []])
  const body = JSON.stringify({ attachment, reason: 'a test' })
  const moved = await fetch(`${meeting}/placements/ann/move`, { method: 'POST', headers, body })
  expect(await moved.json()).toMatchObject({ reason: 'answered by leader: ann' })
  for (const path of ['', '/explanation']) {
    const answer = await fetch(`${meeting}${path}`, { headers: { authorization } })
    expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'meeting_unknown', retry: 'never' }])
  }
  const bad = await fetch(`${meeting}/placements/ann?attachment=none`, { method: 'DELETE', headers: { authorization } })
  expect([bad.status, await bad.json()]).toMatchObject([400, { field: 'query.attachment' }])
  expect([leader.seen.requests, await standby.forwarded('answered')]).toEqual([4, 4])
})

/** Asks a replica to move ann. */
async function moveAt(url: string) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ attachment: '01KB00000000000000000000Z1', reason: 'a test' })
  const answer = await fetch(`${url}/v1/namespaces/demo/meetings/standup/placements/ann/move`, { method: 'POST', headers, body })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

test('a move is waited for as long as its order may take, beside placements that are given up by then', async () => {
  const clock = virtualClock()
  const { promise: order, resolve: taken } = Promise.withResolvers<void>()
  const asked = new Set<string>()
  const answer = async (who: string) => {
    asked.add(who)
    await order
    return { result: 'refused' as const, code: 'meeting_ended' as const, reason: `at last: ${who}` }
  }
  const leader = await aReplica('leader', {
    leads: true,
    place: (_meeting, { participant }) => answer(participant),
    move: answer,
  })
  const standby = await standbyOf(leader.url, { clock })
  const [place, move] = [placeAt(standby.url, aRequest('bob')), moveAt(standby.url)]
  await waitFor(() => (asked.size === 2 ? true : missing('both at the leader')), { timeoutMs: 30_000 })
  await clock.advance(moveAtMostMs)
  expect((await place).body).toMatchObject({ code: 'leader_unknown' })
  taken()
  expect(await move).toMatchObject({ status: 200, body: { reason: 'at last: ann' } })
})

test('a move that a leader does not answer may have been made, and that is what is told; where nobody leads, that', async () => {
  const url = await aLeader((request) => void request.socket.destroy())
  const standby = await standbyOf(url)
  expect(await moveAt(standby.url)).toMatchObject({ status: 504, body: { code: 'leader_unanswered', retry: 'later' } })
  const alone = await aReplica('alone', { leads: false })
  expect(await moveAt(alone.url)).toMatchObject({ status: 503, body: { code: 'leader_unknown' } })
})

test('what the leader refuses comes back as if it had been asked itself: status, code, field, when to try again', async () => {
  const place = async (_meeting: unknown, { participant }: { participant: string }): Promise<PlacementAnswer> => {
    if (participant === 'too-many') throw commonErrors.raise.too_many({ what: 'joins' }, { retryAfterMs: 3_000, field: 'body' })
    if (participant === 'broken') throw new Error('a secret of the leader')
    return { result: 'refused', code: 'meeting_ended', reason: participant }
  }
  const leader = await aReplica('leader', { leads: true, place })
  const standby = await standbyOf(leader.url)
  const people = ['fine', 'too-many', 'broken', 'well']
  const [there, here] = [await placeEach(leader.url, people), await placeEach(standby.url, people)]
  expect(here).toEqual(there)
  expect(here.map(({ status, retryAfter }) => [status, retryAfter])).toEqual([
    [200, undefined],
    [429, '3'],
    [500, undefined],
    [200, undefined],
  ])
  expect(JSON.stringify(here)).not.toContain('a secret of the leader')
})

test('a bad placement in a batch costs the others nothing, and each is judged by its own token', async () => {
  const leader = await aReplica('leader', { leads: true })
  const { status, text } = await sendBatch(leader.url, [
    good,
    { ...good, authorization: 'Bearer of-nobody-at-all' },
    { ...good, authorization: undefined },
    { ...good, params: { ...good.params, namespace: 'secret' } },
    { ...good, params: { ...good.params, name: 'Not A Name' } },
    { ...good, body: { ...aRequest('bob'), surprise: 1 } },
    { ...good, fromNewerStandby: 1 },
    null,
    { ...good, operation: 'forget' },
    { ...good, body: aRequest('cem') },
  ])
  expect(status).toBe(200)
  const lines = text.trimEnd().split('\n').map(answerOf)
  const answers = lines
    .toSorted(([a], [b]) => a - b)
    .map(([, { status: each, text: json }]) => {
      const { reason, code, field } = JSON.parse(json) as Record<string, string>
      return [each, reason ?? code, field]
    })
  expect(answers).toEqual([
    [200, 'answered by leader: ann', undefined],
    [401, 'unauthorized', 'authorization'],
    [401, 'unauthorized', 'authorization'],
    [403, 'namespace_not_allowed', 'namespace'],
    [400, 'invalid', 'path.name'],
    [400, 'invalid', 'body.surprise'],
    [200, 'answered by leader: ann', undefined],
    [400, 'invalid', 'batch'],
    [400, 'invalid', 'batch.operation'],
    [200, 'answered by leader: cem', undefined],
  ])
})

test.each([
  ['nothing', []],
  ['more than a batch may have', Array.from({ length: 65 }, () => good)],
  ['more bytes than a batch may have', [{ ...good, body: 'x'.repeat(1_100_000) }]],
])('a batch of %s is refused whole', async (_name, placements) => {
  const leader = await aReplica('leader', { leads: true })
  const { status, text } = await sendBatch(leader.url, placements)
  expect([400, 413]).toContain(status)
  expect(JSON.parse(text)).toMatchObject({ retry: 'never' })
})

test('a token that the leader does not know keeps only its own request from being answered', async () => {
  const leader = await aReplica('leader', { leads: true })
  const forwarder = createForwarder({
    ...{ holder: () => heldBy('leader', leader.url), identity: 'standby', clock: systemClock },
    metrics: createMetrics(operatorMetrics),
  })
  closers.push(() => forwarder.close())
  const url = '/v1/namespaces/demo/meetings/standup/placements'
  const ask = (authorization: string) =>
    forwarder.forward({ ...good, operation: 'place', authorization, url, method: 'POST', isWanted: () => true })
  const answers = await Promise.all([ask('Bearer one-that-only-the-standby-knows'), ask(good.authorization)])
  expect(answers).toMatchObject([{ status: 401 }, { status: 200 }])
})

test('a replica that does not lead takes no batch', async () => {
  const { url } = await aReplica('standby', { leads: false })
  const { status, text } = await sendBatch(url, [good])
  expect([status, JSON.parse(text)]).toMatchObject([503, { code: 'leader_unknown' }])
})

test('a repetition gets the answer of the first, whichever replica it comes to', async () => {
  let count = 0
  const place = async (): Promise<PlacementAnswer> => {
    count += 1
    return { ...placed, reason: `placed as number ${count}` }
  }
  const leader = await aReplica('leader', { leads: true, place })
  const standbys = [await standbyOf(leader.url), await standbyOf(leader.url)]
  const answers = await Promise.all([leader, ...standbys, ...standbys].map(({ url }) => placeAt(url)))
  expect(new Set(answers.map(({ body }) => body['reason']))).toEqual(new Set(['placed as number 1']))
})

test('a leader that dies in the middle is leader_unknown to all who wait, and the next one answers', async () => {
  let leaderUrl = await aLeader((request) => void request.socket.destroy())
  const standby = await aReplica('standby', { leads: false, holder: () => heldBy('leader', leaderUrl) })
  for (const { status, body } of await placeEach(standby.url, names(20)))
    expect([status, body]).toMatchObject([503, { code: 'leader_unknown', retry: 'elsewhere' }])
  leaderUrl = (await aReplica('leader', { leads: true })).url
  expect(await placeAt(standby.url)).toMatchObject({ status: 200, body: { reason: 'answered by leader: ann' } })
})

test.each([
  ['is silent', () => undefined],
  ['answers with too few answers', (response: ServerResponse) => void response.end('')],
  ['answers with something else', (response: ServerResponse) => void response.end('<html></html>')],
  ['answers that it is broken', (response: ServerResponse) => void response.writeHead(500).end('{}')],
])('a leader that %s is leader_unknown', async (_name, answer) => {
  const url = await aLeader((request, response) => {
    request.resume()
    request.on('end', () => answer(response))
  })
  const standby = await standbyOf(url, { clock: systemClock })
  for (const { status, body } of await placeEach(standby.url, names(3)))
    expect([status, body]).toMatchObject([503, { code: 'leader_unknown' }])
})

test('a leader of an earlier version, which knows no batches, is asked one by one, and one that fails costs the others nothing', async () => {
  const seen: string[] = []
  const url = await aLeader((request, response) => {
    if (request.url === batchPath) return void response.writeHead(404).end('{}')
    const { method, headers } = request
    seen.push([method, request.url, headers.authorization, headers['x-parley-forwarded']].join(' '))
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => {
      const { participant } = JSON.parse(text) as { participant: string }
      if (participant === 'p-3') return void request.socket.destroy()
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ reason: participant }))
    })
  })
  const standby = await standbyOf(url)
  const people = names(10)
  const answers = await placeEach(standby.url, people)
  expect(answers.map(({ body }) => body['reason'] ?? body['code'])).toEqual(
    people.map((who) => (who === 'p-3' ? 'leader_unknown' : who)),
  )
  expect(new Set(seen)).toEqual(new Set([`POST /v1/namespaces/demo/meetings/standup/placements Bearer ${token} 1`]))
})

test('who hung up before the leader took those before them is not placed', async () => {
  const held: (() => void)[] = []
  const seen: string[][] = []
  const url = await aLeader((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => {
      const { requests } = JSON.parse(text) as { requests: readonly { body: { participant: string } }[] }
      const people = requests.map(({ body }) => body.participant)
      seen.push(people)
      const lines = people.map((who, index) => `${index} 200 ${JSON.stringify({ reason: who })}\n`)
      if (people.includes('first')) held.push(() => response.end(lines.join('')))
      else response.end(lines.join(''))
    })
  })
  const standby = await standbyOf(url)
  const first = placeAt(standby.url, aRequest('first'))
  await waitFor(() => (held.length > 0 ? true : missing('the first at the leader')), { timeoutMs: 10_000 })
  const abort = new AbortController()
  const leaves = placeAt(standby.url, aRequest('leaves'), abort.signal)
  const stays = placeAt(standby.url, aRequest('stays'))
  await waitFor(() => (standby.seen.requests === 3 ? true : missing('three requests at the standby')), { timeoutMs: 10_000 })
  abort.abort()
  await expect(leaves).rejects.toThrow('aborted')
  await waitFor(() => (standby.seen.hungUp === 1 ? true : missing('one who hung up')), { timeoutMs: 10_000 })
  held[0]?.()
  expect([(await first).body['reason'], (await stays).body['reason']]).toEqual(['first', 'stays'])
  expect(seen).toEqual([['first'], ['stays']])
})
