import { afterAll, beforeAll, expect, test } from 'vitest'

import { systemClock } from '../kit/clock.ts'
import { missing, waitFor } from '../kit/wait.ts'
import { answerToHeaders } from '../kit/withheldBody.ts'
import type { LoadLine } from './api/load.ts'
import { createNodeClient } from './api/nodeClient.ts'
import { startTestNode, type TestNode } from './testing/node.ts'
import { connect } from './testing/participant.ts'
import {
  aMeeting,
  claimsFor,
  grantFor,
  makeTrust,
  orderBearer,
  orderFor,
  peerToken,
  sessionBearer,
  type Trust,
} from './testing/trust.ts'

let trust: Trust
let node: TestNode

beforeAll(async () => {
  trust = await makeTrust()
  node = await startTestNode(trust, { node: 'a', workers: 2, emptyTimeoutMs: 1_500 })
})
afterAll(() => node.stop())

const code = (expected: string): unknown => expect.objectContaining({ code: expected })
const clientWith = (bearer: () => Promise<string>) => createNodeClient({ url: node.url, bearer, clock: systemClock })

test('an order is taken once; again it is no change; older ones and other ones of its pair are refused', async () => {
  const meeting = aMeeting(trust)
  const order = await orderFor(trust, { meeting, node, peers: [], epoch: 1, generation: 2 })
  const first = await node.client.putSegment(meeting, order)
  expect(await node.client.putSegment(meeting, order)).toEqual(first)
  await expect(node.client.putSegment(meeting, { ...order, generation: 1 })).rejects.toEqual(code('stale_order'))
  await expect(node.client.putSegment(meeting, { ...order, region: 'us' })).rejects.toEqual(code('order_conflict'))
  await expect(node.client.deleteSegment(meeting, { epoch: 1, generation: 1, reason: 'replanned' })).rejects.toEqual(
    code('stale_order'),
  )
  expect(await node.client.getSegment(meeting)).toEqual(first)
  await node.client.deleteSegment(meeting, { epoch: 1, generation: 2, reason: 'replanned' })
  await node.client.deleteSegment(meeting, { epoch: 1, generation: 2, reason: 'replanned' })
  expect(await node.client.getSegment(meeting)).toBeUndefined()
})

test.each<[string, () => Promise<string>]>([
  ["another node's token", () => orderBearer(trust, 'b')],
  ["signaling's token", () => sessionBearer(trust, 'a')],
  ['a token of other keys', async () => orderBearer(await makeTrust(), 'a')],
  ['no token', async () => 'x'],
])('%s orders nothing and reads nothing', async (_what, bearer) => {
  const meeting = aMeeting(trust)
  const client = clientWith(bearer)
  await expect(client.putSegment(meeting, await orderFor(trust, { meeting, node, peers: [] }))).rejects.toEqual(
    code('unauthorized'),
  )
  await expect(client.getSegments()).rejects.toEqual(code('unauthorized'))
  await expect(client.loadStream(new AbortController().signal)[Symbol.asyncIterator]().next()).rejects.toEqual(
    code('unauthorized'),
  )
  expect(await node.client.getSegment(meeting)).toBeUndefined()
})

test('an order that makes no sense names what is wrong', async () => {
  const meeting = aMeeting(trust)
  const order = await orderFor(trust, { meeting, node, peers: [{ node: 'a', url: 'http://a' }] })
  await expect(node.client.putSegment(meeting, order)).rejects.toMatchObject({ code: 'invalid', field: 'body.peers[0].node' })
  const endless = { ...order, peers: [], limits: { maxParticipants: 0 } }
  await expect(node.client.putSegment(meeting, endless)).rejects.toMatchObject({
    code: 'invalid',
    field: 'body.limits.maxParticipants',
  })
  const nowhere = { ...meeting, name: 'No_Such' }
  await expect(node.client.putSegment(nowhere, { ...order, peers: [] })).rejects.toMatchObject({
    code: 'invalid',
    field: 'path.name',
  })
})

test('a peer may ask about its meeting, and about no other', async () => {
  const meeting = aMeeting(trust)
  await node.client.putSegment(meeting, await orderFor(trust, { meeting, node, peers: [] }))
  const peer = clientWith(() => peerToken(trust, { from: 'b', to: 'a', meeting }))
  expect(await peer.hostedIncarnations(meeting)).toContain(meeting.incarnation)
  await expect(peer.hostedIncarnations({ ...meeting, name: 'other' })).rejects.toEqual(code('unauthorized'))
  await expect(peer.getSegments()).rejects.toEqual(code('unauthorized'))
})

test('the load stream says all first, then what changes, and goes on every second', async () => {
  const lines: LoadLine[] = []
  const end = new AbortController()
  const reading = (async () => {
    for await (const line of node.client.loadStream(end.signal)) lines.push(line)
  })()
  await waitFor(() => (lines.length > 0 ? true : missing('hello')), { timeoutMs: 30_000 })
  const meeting = aMeeting(trust)
  await node.client.putSegment(meeting, await orderFor(trust, { meeting, node, peers: [], epoch: 5 }))
  await waitFor(
    () =>
      lines.some((line) => line.type === 'segment' && line.segment.meeting.incarnation === meeting.incarnation)
        ? true
        : missing('the segment'),
    { timeoutMs: 30_000 },
  )
  await node.client.deleteSegment(meeting, { epoch: 5, generation: 1, reason: 'ended' })
  await waitFor(() => (lines.some(({ type }) => type === 'segmentClosed') ? true : missing('its end')), { timeoutMs: 30_000 })
  await waitFor(() => (lines.filter(({ type }) => type === 'load').length >= 2 ? true : missing('two loads')), {
    timeoutMs: 30_000,
  })
  end.abort()
  await reading
  expect(lines[0]).toMatchObject({ type: 'hello', node: 'a', addresses: ['127.0.0.1'], capacity: { consumersPerWorker: 500 } })
  const last = lines.findLast((line) => line.type === 'load')
  expect(last).toMatchObject({ load: { workers: [{ consumers: 0 }, { consumers: 0 }] } })
  await expect(
    node.client.putSegment(aMeeting(trust), await orderFor(trust, { meeting, node, peers: [], epoch: 4, generation: 99 })),
  ).rejects.toEqual(code('stale_order'))
})

test('an empty segment that no order keeps goes away by itself', async () => {
  const meeting = aMeeting(trust)
  const connection = await connect(trust, node)
  const claims = claimsFor(trust, { meeting, participant: 'ann' })
  const session = await connection.attach({
    grant: await grantFor(trust, { node: 'a', claims }),
    sessionEpoch: 1,
    attachment: claims.attachment,
    onNotification: () => undefined,
  })
  await session.detach()
  connection.close()
  expect((await node.client.getSegment(meeting))?.emptySinceMs).toBeGreaterThan(0)
  await waitFor(async () => ((await node.client.getSegment(meeting)) ? missing('its end') : true), { timeoutMs: 30_000 })
})

test('who may give no order is refused before what they send is read', async () => {
  const paths = [
    ['PUT', '/v1/segments/demo/standup/01KB00000000000000000000Z0'],
    ['DELETE', '/v1/segments/demo/standup/01KB00000000000000000000Z0'],
    ['PUT', '/v1/drain'],
    ['POST', '/v1/moves'],
    ['PUT', '/v1/addresses'],
    ['POST', '/v1/probe'],
  ] as const
  for (const [method, path] of paths)
    expect([path, await answerToHeaders({ url: `${node.url}${path}`, method, bytes: 1_000_000 })]).toEqual([
      path,
      { status: 401, kept: true },
    ])
})

test('metrics stand behind the door, liveness does not', async () => {
  const get = async (path: string, bearer?: string) =>
    fetch(`${node.url}${path}`, bearer === undefined ? {} : { headers: { authorization: `Bearer ${bearer}` } })
  expect((await get('/metrics')).status).toBe(401)
  const text = await (await get('/metrics', await orderBearer(trust, 'a'))).text()
  expect(text).toContain('mediasoup_workers 2')
  expect(text).toContain('mediasoup_worker_crashes_total 0')
  expect((await get('/livez')).status).toBe(200)
  expect(await (await get('/readyz')).json()).toEqual({
    ready: false,
    missing: ['no operator reads the load stream'],
  })
  const drained = await get('/drained')
  expect(drained.status).toBe(503)
  expect(await drained.json()).toEqual({ drained: false, draining: false })
})

test('of one epoch orders are taken from one operator, whatever they are about, and another one is told so', async () => {
  const meeting = aMeeting(trust)
  const [one, two] = [
    { epoch: 50, holder: 'operator-1' },
    { epoch: 50, holder: 'operator-2' },
  ]
  const order = await orderFor(trust, { meeting, node, peers: [], generation: 2 })
  await node.client.putSegment(meeting, { ...order, ...one })
  const moved = { meeting, participant: 'ann', attachment: trust.mint(), reason: 'nearer' }
  const wish = { draining: true as const, reason: 'x', deadlineAtMs: Date.now() + 60_000, stay: [] }
  const { client } = node
  const orders: readonly ((of: typeof one) => Promise<unknown>)[] = [
    (of) => client.putSegment(meeting, { ...order, generation: 3, ...of }),
    (of) => client.putSegment(aMeeting(trust), { ...order, ...of }),
    (of) => client.deleteSegment(meeting, { generation: 9, reason: 'ended', ...of }),
    (of) => client.putDrain({ ...wish, ...of }),
    (of) => client.putDrain({ draining: false, ...of }),
    (of) => client.putAddresses({ addresses: ['127.0.0.1'], ...of }),
    (of) => client.postMove({ ...moved, ...of }),
  ]
  for (const give of orders)
    await expect(give(two)).rejects.toMatchObject({
      code: 'epoch_shared',
      message: expect.stringContaining('operator-1') as string,
    })
  expect(await client.getSegment(meeting)).toMatchObject({ epoch: 50, generation: 2 })
  await client.putAddresses({ addresses: ['127.0.0.1'], ...two, epoch: 51 })
  await expect(client.putAddresses({ addresses: ['127.0.0.1'], ...one, epoch: 51 })).rejects.toEqual(code('epoch_shared'))
  await client.deleteSegment(meeting, { generation: 9, reason: 'ended', ...two, epoch: 51 })
})
