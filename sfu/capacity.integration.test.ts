import { afterAll, beforeAll, expect, test } from 'vitest'

import type { MeetingRef } from './api/identity.ts'
import { edgesUp } from './testing/expectations.ts'
import { startTestNode, type TestNode } from './testing/node.ts'
import { connect, join } from './testing/participant.ts'
import { aMeeting, claimsFor, makeTrust, orderFor, type Trust } from './testing/trust.ts'

let trust: Trust
let node: TestNode

beforeAll(async () => {
  trust = await makeTrust()
  node = await startTestNode(trust, { node: 'a', maxConsumers: 2 })
})
afterAll(() => node.stop())

test('a full node says so to each who would add to it, and takes more when some of it is free', async () => {
  const meeting = aMeeting(trust)
  const connection = await connect(trust, node)
  const enter = (participant: string) => join(trust, { node, claims: claimsFor(trust, { meeting, participant }), connection })
  const ann = await enter('ann')
  const { trackId } = await ann.publish('microphone')
  const [first] = [await ann.receive(trackId), await ann.receive(trackId)]
  const full = { code: 'node_full', retry: 'elsewhere' }
  await expect(ann.receive(trackId)).rejects.toMatchObject(full)
  await expect(enter('bob')).rejects.toMatchObject(full)
  const other = aMeeting(trust)
  await expect(node.client.putSegment(other, await orderFor(trust, { meeting: other, node, peers: [] }))).rejects.toMatchObject(
    full,
  )
  expect(await node.client.getSegment(other)).toBeUndefined()
  await ann.session.request('closeConsumer', { consumerId: first.consumerId })
  const bob = await enter('bob')
  await Promise.all([ann.leave(), bob.leave()])
  connection.close()
})

test('pipe ports are counted and come back: with one port the second pipe waits until the first is gone', async () => {
  const [a, b] = [await startTestNode(trust, { node: 'x', pipePorts: 1 }), await startTestNode(trust, { node: 'y' })]
  const [first, second] = [aMeeting(trust), aMeeting(trust)]
  const order = async (meeting: MeetingRef): Promise<void> => {
    await a.client.putSegment(meeting, await orderFor(trust, { meeting, node: a, peers: [b] }))
    await b.client.putSegment(meeting, await orderFor(trust, { meeting, node: b, peers: [a] }))
  }
  await order(first)
  await edgesUp(a, first, 1)
  await order(second)
  for (let attempt = 0; attempt < 3; attempt++) expect((await a.client.dump()).workers).toMatchObject([{ pipeTransports: 1 }])
  expect((await b.client.getSegment(second))?.peers).toEqual([{ node: 'x', role: 'core', up: false }])
  await a.client.deleteSegment(first, { epoch: 1, generation: 1, reason: 'ended' })
  await edgesUp(a, second, 1)
  await edgesUp(b, second, 1)
  await Promise.all([a.stop(), b.stop()])
})

test('a meeting with a capacity is counted by its grants until an order comes, and by the latest operator from then on', async () => {
  const roomy = await startTestNode(trust, { node: 'z' })
  const meeting = aMeeting(trust)
  const [limit, byFallback] = [{ maxParticipants: 2, epoch: 1 }, { maxParticipants: 2 }]
  const connection = await connect(trust, roomy)
  const enter = (participant: string, more: { limit?: { maxParticipants: number } } = { limit: byFallback }) =>
    join(trust, { node: roomy, claims: claimsFor(trust, { meeting, participant, ...more }), connection })

  // No order comes: by fallback the capacity holds all the same, and whom an operator granted a place waits for it, and not for long.
  await expect(enter('zoe', { limit })).rejects.toMatchObject({ code: 'no_place_here', retry: 'elsewhere' })
  const [ann] = [await enter('ann'), await enter('bob')]
  await expect(enter('cid')).rejects.toMatchObject({ code: 'meeting_full', retry: 'later' })
  await ann.leave()

  // An order of the operator who granted lets in whoever waits for it; one of a later operator turns them away.
  const [first, second] = [aMeeting(trust), aMeeting(trust)]
  const enterAnother = (into: MeetingRef) =>
    join(trust, { node: roomy, claims: claimsFor(trust, { meeting: into, participant: 'dan', limit }), connection })
  const entering = enterAnother(first)
  await roomy.client.putSegment(first, await orderFor(trust, { meeting: first, node: roomy, peers: [], epoch: 1 }))
  const dan = await entering
  const late = enterAnother(second).catch((error: unknown) => error)
  await roomy.client.putSegment(second, await orderFor(trust, { meeting: second, node: roomy, peers: [], epoch: 2 }))
  expect(await late).toMatchObject({ code: 'grant_superseded', retry: 'later', field: 'data.grant' })
  // Who was granted without a capacity, or by fallback, is asked nothing.
  await expect(enter('eve', {})).resolves.toBeDefined()
  await dan.leave()
  connection.close()
  await roomy.stop()
})
