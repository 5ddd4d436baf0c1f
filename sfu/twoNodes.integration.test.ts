import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { missing, waitFor } from '../kit/wait.ts'
import type { MeetingRef } from './api/identity.ts'
import { edgesUp, flows, holdsNothing, rosterOf } from './testing/expectations.ts'
import { startTestNode, type TestNode } from './testing/node.ts'
import { join, type TestParticipant } from './testing/participant.ts'
import { startProxy, type Proxy } from './testing/proxy.ts'
import { aMeeting, claimsFor, makeTrust, orderFor, type Trust } from './testing/trust.ts'

let trust: Trust
let a: TestNode
let b: TestNode
/** What lies between the two: a dials b through it. */
let network: Proxy
let meeting: MeetingRef
let people: TestParticipant[] = []

beforeAll(async () => {
  trust = await makeTrust()
  ;[a, b] = await Promise.all([startTestNode(trust, { node: 'a' }), startTestNode(trust, { node: 'b' })])
  network = await startProxy(b.url)
})
afterAll(async () => {
  network.close()
  await Promise.all([a.stop(), b.stop()])
})
afterEach(async () => {
  network.mend()
  await Promise.all(people.map((each) => each.leave()))
  people = []
  for (const node of [a, b]) {
    for (const segment of await node.client.getSegments()) {
      await node.client.deleteSegment(segment.meeting, { epoch: 1, generation: 1, reason: 'ended' })
    }
    await holdsNothing(node)
  }
})

async function order(over: { epoch?: number; generation?: number } = {}): Promise<void> {
  const far = { ...b, url: network.url }
  await Promise.all([
    a.client.putSegment(meeting, await orderFor(trust, { meeting, node: a, peers: [far], ...over })),
    b.client.putSegment(meeting, await orderFor(trust, { meeting, node: b, peers: [a], ...over })),
  ])
}

async function enter(node: TestNode, participant: string): Promise<TestParticipant> {
  const joined = await join(trust, { node, claims: claimsFor(trust, { meeting, participant }) })
  people.push(joined)
  return joined
}

const has = (who: string, tracks: number) => (all: readonly { participant: string; tracks: number }[]) =>
  all.some((each) => each.participant === who && each.tracks === tracks)

/** Ann on a and Bob on b, each sending both and receiving the other. */
async function aTalk() {
  meeting = aMeeting(trust)
  await order()
  const [ann, bob] = [await enter(a, 'ann'), await enter(b, 'bob')]
  await Promise.all([ann.publish('microphone'), ann.publish('camera'), bob.publish('microphone'), bob.publish('camera')])
  await Promise.all([rosterOf(ann, has('bob', 2)), rosterOf(bob, has('ann', 2))])
  const received = await Promise.all([
    ann.receive('bob/microphone'),
    ann.receive('bob/camera'),
    bob.receive('ann/microphone'),
    bob.receive('ann/camera'),
  ])
  await Promise.all(received.map((each) => flows(each)))
  return { ann, bob, received }
}

test('two people on two nodes hear and see each other through one pipe, and leave nothing behind', async () => {
  const { bob } = await aTalk()
  await waitFor(
    () => (bob.speakers().speakers.some(({ participant }) => participant === 'ann') ? true : missing('ann among the speakers')),
    { timeoutMs: 30_000 },
  )
  expect((await a.client.dump()).workers).toMatchObject([{ pipeTransports: 1 }])
  expect((await b.client.dump()).workers).toMatchObject([{ pipeTransports: 1 }])
})

test('the WebSocket of the edge is lost: media goes on, and it comes back to the same pipe', async () => {
  const { ann, bob, received } = await aTalk()
  const before = await a.client.dump()
  network.block()
  await Promise.all(received.map((each) => flows(each)))
  await ann.session.request('pauseProducer', { producerId: (await ann.publish('screenAudio')).producerId })
  network.mend()
  await rosterOf(bob, has('ann', 3))
  await Promise.all(received.map((each) => flows(each)))
  expect(bob.told.filter(({ method }) => method === 'consumerClosed')).toEqual([])
  expect((await a.client.dump()).workers[0]?.pipeTransports).toBe(before.workers[0]?.pipeTransports)
  await edgesUp(b, meeting, 1)
})

test('whoever stops watching and starts again gets pictures anew', async () => {
  const { bob, received } = await aTalk()
  const annsCamera = received[3]
  if (!annsCamera) throw new Error('nothing received')
  await bob.session.request('closeConsumer', { consumerId: annsCamera.consumerId })
  await flows(await bob.receive('ann/camera'))
})

test('muted here is muted there, and heard again after', async () => {
  const { ann, bob, received } = await aTalk()
  const producer = microphoneOf(ann)
  await ann.session.request('pauseProducer', { producerId: producer })
  await waitFor(
    () => {
      const entry = [...bob.roster().values()].find(({ participant }) => participant === 'ann')
      return entry?.tracks.find(({ source }) => source === 'microphone')?.muted ? true : missing('ann muted for bob')
    },
    { timeoutMs: 30_000 },
  )
  await ann.session.request('resumeProducer', { producerId: producer })
  const annsVoice = received[2]
  if (!annsVoice) throw new Error('nothing received')
  await flows(annsVoice)
})

function microphoneOf(of: TestParticipant): string {
  const entry = [...of.roster().values()].find(({ participant }) => participant === of.claims.sub)
  const track = entry?.tracks.find(({ source }) => source === 'microphone')
  if (!track) throw new Error('no microphone')
  return track.producerId
}
