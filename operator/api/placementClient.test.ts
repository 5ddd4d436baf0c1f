import { expect, test } from 'vitest'

import { CodedError, commonErrors } from '../../kit/errors.ts'
import { ulidSource } from '../../kit/ids.ts'
import { makeKeyPair, signingKeyOf, trustedKeysOf } from '../../kit/keys.ts'
import { silentLog } from '../../kit/log.ts'
import { virtualClock } from '../../kit/virtualClock.ts'
import { verifyGrant, verifyPeerToken } from '../../sfu/api/grant.ts'
import { placementErrors } from './errors.ts'
import type { OperatorCall, OperatorHttp } from './operatorHttp.ts'
import type { PlacementAnswer, PlacementRequest } from './placement.ts'
import { createPlacementClient } from './placementClient.ts'
import type { Topology } from './topology.ts'

const topology: Topology = {
  revision: 7,
  epoch: 2,
  turnUrls: ['turn:turn.example:3478'],
  nodes: ['a', 'b', 'c'].map((name) => ({ name, pool: 'main', region: 'eu', url: `http://${name}:1`, accepting: true, load: 0 })),
  pools: [{ name: 'main', region: 'eu', adHocMeetings: true }],
  meetings: [],
}
const tryAfter: PlacementAnswer = { result: 'tryAfter', code: 'nodes_full', reason: 'all full', retryAfterMs: 500 }
const request: PlacementRequest = {
  participant: 'ann',
  displayName: 'Ann',
  rights: { publish: ['camera'], subscribe: true, hidden: false },
  idempotencyKey: 'key-12345',
}
const meeting = { namespace: 'demo', name: 'standup' }

/** Operators by URL: what each answers now, and the lines of the topology stream. */
async function aClient(operators: Record<string, (call: OperatorCall) => unknown>, lines: readonly unknown[] = []) {
  const clock = virtualClock()
  const pair = await makeKeyPair('sig', 'signaling')
  const http: OperatorHttp = {
    async call(baseUrl, call) {
      AbortSignal.timeout(call.timeoutMs) // Refuses what the real one refuses: a time that is no whole number.
      return operators[baseUrl]?.(call)
    },
    async *lines(_baseUrl, _path, signal) {
      yield* lines
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    },
    close: async () => undefined,
  }
  const client = createPlacementClient({
    urls: Object.keys(operators),
    bearer: () => 'secret',
    signingKey: await signingKeyOf(pair.privateJwk),
    clock,
    random: () => 0.5,
    mintUlid: ulidSource(() => clock.nowMs()),
    log: silentLog,
    http,
  })
  await clock.advance(1)
  return { client, clock, keys: await trustedKeysOf({ keys: [pair.publicJwk] }) }
}
const snapshot = { type: 'snapshot', topology }
const down = (): never => {
  throw commonErrors.raise.unavailable({ what: 'The operator' })
}

test('an operator that is away is passed over for one that answers', async () => {
  const { client } = await aClient({ 'http://one': down, 'http://two': () => tryAfter })
  expect(await client.place(meeting, request)).toEqual(tryAfter)
  await client.close()
})

test('what the caller did wrong is told, not retried and not placed by fallback', async () => {
  const foreign = (): never => {
    throw placementErrors.raise.namespace_not_allowed({ namespace: 'demo' })
  }
  const { client } = await aClient({ 'http://one': foreign }, [snapshot])
  await expect(client.place(meeting, request)).rejects.toMatchObject({ code: 'namespace_not_allowed' })
  await client.close()
})

test('with no operator, a join is placed from the last topology, with a grant that the node and its peers accept', async () => {
  const { client, clock, keys } = await aClient({ 'http://one': down, 'http://two': down }, [snapshot])
  const placing = client.place(meeting, request)
  await clock.advance(2_000)
  const answer = await placing
  if (answer.result !== 'placed') throw new Error(`not placed: ${answer.reason}`)
  expect(answer).toMatchObject({ decidedBy: 'fallback', turnUrls: topology.turnUrls, meeting })
  const claims = await verifyGrant(keys, answer.grant, { node: answer.node, nowMs: clock.nowMs() })
  expect(claims).toMatchObject({ sub: 'ann', meeting: answer.meeting, attachment: answer.attachment })
  expect(claims.fallback?.peers).toHaveLength(2)
  for (const peer of claims.fallback?.peers ?? []) {
    const token = await verifyPeerToken(keys, peer.token, { node: peer.node, nowMs: clock.nowMs() })
    expect(token).toMatchObject({ sub: answer.node, meeting: answer.meeting })
  }
  const again = client.place(meeting, { ...request, participant: 'bob', idempotencyKey: 'key-67890' })
  await clock.advance(2_000)
  expect(await again).toMatchObject({ meeting: answer.meeting, node: answer.node })
  await client.close()
})

test('a join right after another finds its meeting, though the operator went away before its stream told of it', async () => {
  const meetingRef = { ...meeting, incarnation: '01J00000000000000000000000' }
  const first = {
    result: 'placed' as const,
    meeting: meetingRef,
    attachment: '01J00000000000000000000001',
    node: 'c',
    region: 'eu',
    url: 'http://c:1',
    grant: 'x.y.z',
    turnUrls: [],
    decidedBy: 'operator' as const,
    reason: 'least loaded',
  }
  let answers: (() => unknown)[] = [() => first]
  const { client, clock } = await aClient({ 'http://one': () => (answers.shift() ?? down)() }, [snapshot])
  expect(await client.place(meeting, request)).toEqual(first)
  answers = []
  const second = client.place(meeting, { ...request, participant: 'bob', idempotencyKey: 'key-67890' })
  await clock.advance(2_000)
  expect(await second).toMatchObject({ decidedBy: 'fallback', node: 'c', meeting: meetingRef })
  await client.close()
})

test('after an outage, the first operator that answers again is found by the next join', async () => {
  let second: () => unknown = down
  const { client, clock } = await aClient({ 'http://one': down, 'http://two': () => second() }, [snapshot])
  const during = client.place(meeting, request)
  await clock.advance(2_000)
  expect(await during).toMatchObject({ decidedBy: 'fallback' })
  second = () => tryAfter
  await clock.advance(0.3)
  expect(await client.place(meeting, { ...request, idempotencyKey: 'key-67890' })).toEqual(tryAfter)
  await client.close()
})

test('with no operator and no node that takes anybody, the answer is to try again in a moment', async () => {
  const closed = { ...topology, nodes: topology.nodes.map((node) => ({ ...node, accepting: false })) }
  const { client, clock } = await aClient({ 'http://one': down }, [{ type: 'snapshot', topology: closed }])
  const placing = client.place(meeting, { ...request, replaces: '01J00000000000000000000001' })
  await clock.advance(2_000)
  const answer = await placing
  if (answer.result !== 'tryAfter') throw new Error(`not put off: ${JSON.stringify(answer)}`)
  expect(answer.code).toBe('no_node_ready')
  expect(answer.retryAfterMs).toBeGreaterThanOrEqual(1_000)
  await client.close()
})

test('no operator leads: the fallback at once, without a wait', async () => {
  const leaderless = (): never => {
    throw placementErrors.raise.leader_unknown({})
  }
  const { client } = await aClient({ 'http://one': leaderless, 'http://two': leaderless }, [snapshot])
  expect(await client.place(meeting, request)).toMatchObject({ result: 'placed', decidedBy: 'fallback' })
  await client.close()
})

test('an answer that is none counts as no answer', async () => {
  const { client, clock } = await aClient({ 'http://one': () => ({ result: 'placed' }) })
  const placing = client.place(meeting, request).catch((error: unknown) => error)
  await clock.advance(2_000)
  expect(await placing).toMatchObject({ code: 'no_snapshot' })
  await client.close()
})

test('without any topology nothing is placed, and the error says so', async () => {
  const { client, clock } = await aClient({ 'http://one': down })
  const placing = client.place(meeting, request).catch((error: unknown) => error)
  await clock.advance(2_000)
  const error = await placing
  expect(error).toBeInstanceOf(CodedError)
  expect(error).toMatchObject({ code: 'no_snapshot', retry: 'later' })
  await client.close()
})

test('the topology follows the stream; a change adds and removes; a gap begins again', async () => {
  const change = { type: 'change', revision: 8, removedNodes: ['a'], nodes: [{ ...topology.nodes[1], accepting: false }] }
  const { client, clock } = await aClient({ 'http://one': down }, [snapshot, change, { type: 'beat', revision: 8 }])
  expect(client.topology()).toMatchObject({ revision: 8, nodes: [{ name: 'b', accepting: false }, { name: 'c' }] })
  await client.close()

  const gap = await aClient({ 'http://one': down }, [snapshot, { ...change, revision: 9 }])
  await gap.clock.advance(10_000)
  expect(gap.client.topology()).toMatchObject({ revision: 7 })
  await gap.client.close()
  expect(clock.pending()).toBe(0)
})
