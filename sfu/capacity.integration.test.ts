import { afterAll, beforeAll, expect, test } from 'vitest'

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
