import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { missing, waitFor } from '../kit/wait.ts'
import type { LoadLine } from './api/load.ts'
import type { MeetingRef } from './api/identity.ts'
import { edgesUp, flows, holdsNothing, rosterOf } from './testing/expectations.ts'
import { startTestNode, type TestNode } from './testing/node.ts'
import { connect, join, type TestParticipant } from './testing/participant.ts'
import { aMeeting, claimsFor, fallbackGrantFor, makeTrust, orderFor, type Trust } from './testing/trust.ts'

let trust: Trust
let a: TestNode
let b: TestNode
let people: TestParticipant[] = []

beforeAll(async () => {
  trust = await makeTrust()
  ;[a, b] = await Promise.all([startTestNode(trust, { node: 'a' }), startTestNode(trust, { node: 'b' })])
})
afterAll(() => Promise.all([a.stop(), b.stop()]))
afterEach(async () => {
  await Promise.all(people.map((each) => each.leave()))
  people = []
  for (const node of [a, b]) {
    for (const { meeting, generation } of await node.client.getSegments()) {
      await node.client.deleteSegment(meeting, { epoch: 1, generation, reason: 'ended' })
    }
    await holdsNothing(node)
  }
})

const code = (expected: string): unknown => expect.objectContaining({ code: expected })
const has = (who: string, tracks: number) => (all: readonly { participant: string; tracks: number }[]) =>
  all.some((each) => each.participant === who && each.tracks === tracks)

/** Enters by a grant of signaling's own, as while no operator answers. */
async function enter(node: TestNode, meeting: MeetingRef, participant: string, replaces?: string): Promise<TestParticipant> {
  const claims = { ...claimsFor(trust, { meeting, participant }), fallback: { peers: [] }, ...(replaces ? { replaces } : {}) }
  const grant = await fallbackGrantFor(trust, { node: node.node, claims })
  const joined = await join(trust, { node, claims, grant })
  people.push(joined)
  return joined
}

/** Their session is over, or another connection's: they have nothing to leave. */
function forget(participant: TestParticipant): void {
  people = people.filter((each) => each !== participant)
  participant.connection.close()
}

/** The incarnation that wins, and the other one. */
function twoOfOneName(): { meeting: MeetingRef; alias: MeetingRef } {
  const meeting = aMeeting(trust)
  return { meeting, alias: { ...meeting, incarnation: trust.mint() } }
}

/** Both nodes are ordered into one meeting; b adopts what it has under the other incarnation. */
async function adopt(meeting: MeetingRef, alias: MeetingRef, generation = 1): Promise<void> {
  const toB = await orderFor(trust, { meeting, node: b, peers: [a], generation })
  await Promise.all([
    a.client.putSegment(meeting, await orderFor(trust, { meeting, node: a, peers: [b], generation })),
    b.client.putSegment(meeting, { ...toB, adopts: alias.incarnation }),
  ])
}

test('two nodes that both took a meeting are joined by a pipe: nobody is closed, both hear each other, media never paused', async () => {
  const { meeting, alias } = twoOfOneName()
  const [ann, bob, ben] = [await enter(a, meeting, 'ann'), await enter(b, alias, 'bob'), await enter(b, alias, 'ben')]
  await Promise.all([ann.publish('microphone'), bob.publish('microphone')])
  await rosterOf(ben, has('bob', 1))
  const within = await ben.receive('bob/microphone')
  await flows(within)
  await adopt(meeting, alias)
  await edgesUp(b, meeting, 1)
  await Promise.all([rosterOf(ann, has('bob', 1)), rosterOf(bob, has('ann', 1)), rosterOf(ben, has('ann', 1))])
  const across = await Promise.all([ann.receive('bob/microphone'), bob.receive('ann/microphone')])
  await Promise.all([...across, within].map((each) => flows(each)))
  for (const { told } of [ann, bob, ben]) expect(told.map(({ method }) => method)).not.toContain('closed')
  expect(ben.told.filter(({ method }) => method === 'consumerClosed')).toEqual([])
  expect(await b.client.getSegments()).toMatchObject([{ meeting, aliases: [alias.incarnation], fallback: false, epoch: 1 }])
})

test('grants and resumes by the other incarnation lead to the same segment, and so does the question who hosts it', async () => {
  const { meeting, alias } = twoOfOneName()
  const bob = await enter(b, alias, 'bob')
  await adopt(meeting, alias)
  const late = await enter(b, alias, 'late')
  await rosterOf(bob, has('late', 0))
  expect(late.session.snapshot.meeting).toEqual(alias)
  const connection = await connect(trust, b)
  const { participant, attachment } = bob.session.snapshot
  const resumed = await connection.resume({
    meeting: alias,
    participant,
    attachment,
    sessionEpoch: 9,
    onNotification: () => undefined,
  })
  expect(resumed.snapshot).toMatchObject({ meeting: alias, participant: 'bob' })
  await resumed.detach()
  connection.close()
  forget(bob)
  expect(await b.client.hostedIncarnations(meeting)).toEqual([meeting.incarnation, alias.incarnation])
  expect(await b.client.getSegment(alias)).toMatchObject({ meeting })
})

test('the load stream tells of the segment by its new name, and never that the old one closed', async () => {
  const { meeting, alias } = twoOfOneName()
  await enter(b, alias, 'bob')
  const lines: LoadLine[] = []
  const stop = new AbortController()
  const reading = (async () => {
    for await (const line of b.client.loadStream(stop.signal)) lines.push(line)
  })()
  await waitFor(() => (lines.length > 0 ? true : missing('hello')), { timeoutMs: 30_000 })
  await adopt(meeting, alias)
  const told = (): boolean =>
    lines.some((line) => line.type === 'segment' && line.segment.meeting.incarnation === meeting.incarnation)
  await waitFor(() => (told() ? true : missing('a line of the adopted segment')), { timeoutMs: 30_000 })
  stop.abort()
  await reading
  expect(lines.filter(({ type }) => type === 'segmentClosed')).toEqual([])
})

test('an order that adopts is taken once; one that is older than what the segment took is refused, and nothing is changed', async () => {
  const { meeting, alias } = twoOfOneName()
  await enter(b, alias, 'bob')
  await b.client.putSegment(alias, await orderFor(trust, { meeting: alias, node: b, peers: [], generation: 5 }))
  const order = { ...(await orderFor(trust, { meeting, node: b, peers: [], generation: 5 })), adopts: alias.incarnation }
  await expect(b.client.putSegment(meeting, { ...order, generation: 4 })).rejects.toEqual(code('stale_order'))
  expect(await b.client.getSegments()).toMatchObject([{ meeting: alias, generation: 5 }])
  const taken = await b.client.putSegment(meeting, { ...order, generation: 6 })
  expect(taken).toMatchObject({ meeting, aliases: [alias.incarnation], participants: [{ participant: 'bob' }] })
  expect(await b.client.putSegment(meeting, { ...order, generation: 6 })).toEqual(taken)
})

test('an order that calls a segment by the name that it had is followed, and the segment keeps the one that it has', async () => {
  const { meeting, alias } = twoOfOneName()
  await enter(b, alias, 'bob')
  const order = await orderFor(trust, { meeting, node: b, peers: [], generation: 1 })
  await b.client.putSegment(meeting, { ...order, adopts: alias.incarnation })
  for (const generation of [2, 3])
    expect(await b.client.putSegment(alias, { ...order, generation })).toMatchObject({ meeting, aliases: [alias.incarnation] })
  expect(await b.client.getSegments()).toMatchObject([{ meeting, generation: 3, participants: [{ participant: 'bob' }] }])
})

test('where both incarnations are on one node, each stays what it is', async () => {
  const { meeting, alias } = twoOfOneName()
  await enter(b, meeting, 'ann')
  await enter(b, alias, 'bob')
  const order = await orderFor(trust, { meeting, node: b, peers: [] })
  expect(await b.client.putSegment(meeting, { ...order, adopts: alias.incarnation })).toMatchObject({
    meeting,
    participants: [{ participant: 'ann' }],
  })
  expect(await b.client.getSegments()).toHaveLength(2)
})

test('once the meeting has ended, a late grant by either incarnation makes it no more; closing the old name closes nobody', async () => {
  const { meeting, alias } = twoOfOneName()
  const bob = await enter(b, alias, 'bob')
  await adopt(meeting, alias)
  await b.client.deleteSegment(alias, { epoch: 1, generation: 9, reason: 'replanned' })
  expect(await b.client.getSegment(meeting)).toMatchObject({ participants: [{ participant: 'bob' }] })
  await b.client.deleteSegment(meeting, { epoch: 1, generation: 9, reason: 'ended' })
  await waitFor(() => (bob.told.some(({ method }) => method === 'closed') ? true : missing('bob told')), { timeoutMs: 30_000 })
  forget(bob)
  for (const named of [meeting, alias]) await expect(enter(b, named, 'late')).rejects.toEqual(code('wrong_meeting'))
})
