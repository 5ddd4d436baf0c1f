import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import { missing, waitFor } from '../kit/wait.ts'
import type { GrantClaims } from './api/grant.ts'
import type { MeetingRef } from './api/identity.ts'
import { maxFrameBytes } from './api/session.ts'
import type { OpenSession, SessionConnection, SessionNotification } from './api/sessionClient.ts'
import { startTestNode, type TestNode } from './testing/node.ts'
import { connect } from './testing/participant.ts'
import { aMeeting, claimsFor, fallbackGrantFor, grantFor, makeTrust, orderFor, type Trust } from './testing/trust.ts'

let trust: Trust
let node: TestNode
let meeting: MeetingRef
let connection: SessionConnection

beforeAll(async () => {
  trust = await makeTrust()
  node = await startTestNode(trust, { node: 'a' })
})
afterAll(() => node.stop())
beforeEach(async () => {
  meeting = aMeeting(trust)
  connection = await connect(trust, node)
  return () => connection.close()
})

interface Attached {
  readonly session: OpenSession
  readonly claims: GrantClaims
  readonly told: SessionNotification[]
}

async function attach(
  of: Partial<GrantClaims> & { participant: string; through?: SessionConnection; grant?: string },
): Promise<Attached> {
  const { participant, through = connection, grant, ...over } = of
  const claims = claimsFor(trust, { meeting, participant, ...over })
  const told: SessionNotification[] = []
  const session = await through.attach({
    grant: grant ?? (await grantFor(trust, { node: 'a', claims })),
    sessionEpoch: 1,
    attachment: claims.attachment,
    onNotification: (each) => void told.push(each),
  })
  return { session, claims, told }
}

const code = (expected: string): unknown => expect.objectContaining({ code: expected })
const present = async (): Promise<readonly string[]> =>
  ((await node.client.getSegment(meeting))?.participants ?? []).map(({ participant }) => participant).toSorted()

test('a grant comes before the order: the segment is made, and the order finds it', async () => {
  const { session } = await attach({ participant: 'ann' })
  expect(session.snapshot).toMatchObject({ participant: 'ann', roster: [{ participant: 'ann', node: 'a', connected: true }] })
  const report = await node.client.putSegment(meeting, await orderFor(trust, { meeting, node, peers: [] }))
  expect(report).toMatchObject({ epoch: 1, generation: 1, participants: [{ participant: 'ann' }] })
})

test.each<[string, () => Promise<Parameters<typeof attach>[0]>, string]>([
  ['for another node', async () => ({ participant: 'ann', grant: await signed('b') }), 'unauthorized'],
  ['that expired', async () => ({ participant: 'ann', grant: await signed('a', Date.now() - 120_000) }), 'unauthorized'],
  ['that was forged', async () => ({ participant: 'ann', grant: `${(await signed('a')).slice(0, -8)}AAAAAAAA` }), 'unauthorized'],
  ['of another maker', async () => ({ participant: 'ann', grant: await foreign() }), 'unauthorized'],
  ['that signaling signed without a ranking', async () => ({ participant: 'ann', grant: await bySignaling() }), 'unauthorized'],
  ['that is none', async () => ({ participant: 'ann', grant: 'x.y.z' }), 'unauthorized'],
  ['of another attachment', async () => ({ participant: 'ann', grant: await signed('a') }), 'invalid'],
])('a grant %s lets nobody in', async (_what, make, refusal) => {
  await expect(make().then(attach)).rejects.toEqual(code(refusal))
  expect(await node.client.getSegment(meeting)).toBeUndefined()
})

function signed(audience: string, nowMs = Date.now()): Promise<string> {
  return grantFor(trust, { node: audience, claims: claimsFor(trust, { meeting, participant: 'ann' }), nowMs })
}
async function foreign(): Promise<string> {
  const other = await makeTrust()
  return grantFor(other, { node: 'a', claims: claimsFor(other, { meeting, participant: 'ann' }) })
}
function bySignaling(): Promise<string> {
  return fallbackGrantFor(trust, { node: 'a', claims: claimsFor(trust, { meeting, participant: 'ann' }) })
}

test('a grant is used once: then the attachment is resumed, and once it ended it is gone', async () => {
  const ann = await attach({ participant: 'ann' })
  const again = { participant: 'ann', attachment: ann.claims.attachment }
  await expect(attach(again)).rejects.toEqual(code('attachment_used'))
  await ann.session.detach()
  await expect(attach(again)).rejects.toEqual(code('attachment_gone'))
  expect(await present()).toEqual([])
})

test('one identity is in a meeting once: a second is refused, a later one may replace it by name', async () => {
  const first = await attach({ participant: 'ann' })
  await expect(attach({ participant: 'ann' })).rejects.toEqual(code('identity_in_use'))
  const second = await attach({ participant: 'ann', replaces: first.claims.attachment })
  expect(first.told.at(-1)).toEqual({ method: 'closed', data: { reason: 'replaced' } })
  expect(second.session.snapshot.roster).toMatchObject([{ attachment: second.claims.attachment }])
  expect(await present()).toEqual(['ann'])
})

test('whose connection is lost is away and may be resumed by any other, by a higher epoch, with all they had', async () => {
  const { session, claims } = await attach({ participant: 'ann' })
  await session.request('createTransport', { direction: 'send' })
  const watcher = await attach({ participant: 'bob', through: await connect(trust, node) })
  connection.close()
  await waitFor(async () => ((await rosterSeenBy('cat')).ann === false ? true : missing('ann away')), { timeoutMs: 30_000 })
  const other = await connect(trust, node)
  const resume = { meeting, participant: 'ann', attachment: claims.attachment, onNotification: () => undefined }
  await expect(other.resume({ ...resume, sessionEpoch: 1 })).rejects.toEqual(code('session_superseded'))
  await expect(other.resume({ ...resume, participant: 'eve', sessionEpoch: 2 })).rejects.toEqual(code('attachment_gone'))
  const resumed = await other.resume({ ...resume, sessionEpoch: 2 })
  expect(resumed.snapshot).toMatchObject({ sessionEpoch: 2, transports: [{ direction: 'send' }] })
  expect((await rosterSeenBy('dan')).ann).toBe(true)
  expect(watcher.told).toEqual([])
  other.close()
})

async function rosterSeenBy(participant: string): Promise<Record<string, boolean>> {
  const through = await connect(trust, node)
  const { session } = await attach({ participant, through })
  await session.detach()
  through.close()
  return Object.fromEntries(session.snapshot.roster.map(({ participant: who, connected }) => [who, connected]))
}

test('an older owner is told, and its commands are refused', async () => {
  const { session, claims, told } = await attach({ participant: 'ann' })
  const other = await connect(trust, node)
  await other.resume({
    meeting,
    participant: 'ann',
    attachment: claims.attachment,
    sessionEpoch: 2,
    onNotification: () => undefined,
  })
  await waitFor(() => (told.length > 0 ? true : missing('superseded')), { timeoutMs: 30_000 })
  expect(told).toEqual([{ method: 'superseded', data: {} }])
  await expect(session.request('createTransport', { direction: 'send' })).rejects.toEqual(code('session_superseded'))
  other.close()
})

test('away by a word: the session waits for a resume, on the same connection too', async () => {
  const { session, claims } = await attach({ participant: 'ann' })
  await session.away()
  await expect(session.request('createTransport', { direction: 'send' })).rejects.toEqual(code('unknown_session'))
  const resumed = await connection.resume({
    meeting,
    participant: 'ann',
    attachment: claims.attachment,
    sessionEpoch: 2,
    onNotification: () => undefined,
  })
  expect(resumed.snapshot.roster).toMatchObject([{ participant: 'ann', connected: true }])
})

test('a meeting that is full says so; hidden participants take no place and stand in no roster', async () => {
  await node.client.putSegment(meeting, await orderFor(trust, { meeting, node, peers: [], places: 1 }))
  await attach({ participant: 'ann' })
  await expect(attach({ participant: 'bob' })).rejects.toEqual(code('meeting_full'))
  const recorder = await attach({ participant: 'recorder', rights: { publish: [], subscribe: true, hidden: true } })
  expect(recorder.session.snapshot.roster.map(({ participant }) => participant)).toEqual(['ann'])
  expect(await present()).toEqual(['ann', 'recorder'])
})

test('rights and limits hold for each command, and a fault names its field', async () => {
  const { session } = await attach({ participant: 'ann', rights: { publish: ['microphone'], subscribe: false, hidden: false } })
  const { id: transportId } = await session.request('createTransport', { direction: 'send' })
  const codecs = {
    audio: [{ mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000 }],
    video: [{ mimeType: 'video/VP8', payloadType: 101, clockRate: 90_000 }],
  }
  const produce = (source: 'camera' | 'microphone', kind: 'audio' | 'video') =>
    session.request('produce', { transportId, kind, source, rtpParameters: { codecs: codecs[kind] } })
  await expect(produce('camera', 'video')).rejects.toMatchObject({ code: 'may_not_publish', field: 'data.source' })
  await expect(produce('microphone', 'video')).rejects.toMatchObject({ code: 'kind_mismatch', field: 'data.kind' })
  const { id: recv } = await session.request('createTransport', { direction: 'recv' })
  await expect(session.request('consume', { transportId: recv, trackId: 'bob/camera' })).rejects.toEqual(
    code('may_not_subscribe'),
  )
  await session.request('createTransport', { direction: 'send' })
  await expect(session.request('createTransport', { direction: 'send' })).rejects.toEqual(code('too_many_media'))
  await expect(session.request('restartIce', { transportId: 'nope' })).rejects.toMatchObject({
    code: 'unknown_transport',
    field: 'data.transportId',
  })
  await expect(session.request('restartIce', {} as never)).rejects.toMatchObject({ code: 'invalid', field: 'data.transportId' })
  await expect(session.request('explode' as never, {} as never)).rejects.toEqual(code('unknown_method'))
})

test('the meeting ends: all are told, and a late grant does not make it again', async () => {
  await node.client.putSegment(meeting, await orderFor(trust, { meeting, node, peers: [] }))
  const { told } = await attach({ participant: 'ann' })
  await node.client.deleteSegment(meeting, { epoch: 1, generation: 1, reason: 'ended' })
  await waitFor(() => (told.length > 0 ? true : missing('closed')), { timeoutMs: 30_000 })
  expect(told).toEqual([{ method: 'closed', data: { reason: 'meeting_ended' } }])
  await expect(attach({ participant: 'bob' })).rejects.toEqual(code('wrong_meeting'))
})

test('two meetings of one name in two namespaces, and one made again, never mix', async () => {
  const name = 'twins'
  const first = aMeeting(trust, { name })
  await attach({ participant: 'ann', meeting: first })
  const second = aMeeting(trust, { name, namespace: 'other' })
  const third = aMeeting(trust, { name })
  const seen = async (of: MeetingRef, participant: string) => {
    const { session } = await attach({ participant, meeting: of })
    return session.snapshot.roster.map(({ participant: who }) => who)
  }
  expect(await seen(second, 'bob')).toEqual(['bob'])
  expect(await seen(third, 'ann')).toEqual(['ann'])
  expect(await seen(first, 'cat')).toEqual(['ann', 'cat'])
  expect(await node.client.hostedIncarnations(first)).toEqual([first.incarnation, third.incarnation].toSorted())
  expect(await node.client.hostedIncarnations(second)).toEqual([second.incarnation])
})

/** So many that their roster alone is more than a client may ask in one frame, each with the longest name. */
async function aCrowd(): Promise<readonly Attached[]> {
  const all: Attached[] = []
  for (let from = 0; from < 650; from += 50) {
    const some = Array.from({ length: 50 }, (_, index) => `person-${from + index}`)
    all.push(...(await Promise.all(some.map((participant) => attach({ participant, name: '字'.repeat(100) })))))
  }
  return all
}

test('a meeting of hundreds lets more in, and many of them back at once after a lost connection', async () => {
  const crowd = await aCrowd()
  const { session } = await attach({ participant: 'late' })
  expect(session.snapshot.roster).toHaveLength(crowd.length + 1)
  expect(Buffer.byteLength(JSON.stringify(session.snapshot))).toBeGreaterThan(maxFrameBytes)
  connection.close()
  const other = await connect(trust, node)
  const wish = { meeting, sessionEpoch: 2, onNotification: () => undefined }
  const back = await Promise.all(
    crowd.slice(0, 120).map(({ claims: { sub: participant, attachment } }) => other.resume({ ...wish, participant, attachment })),
  )
  expect(new Set(back.map(({ snapshot }) => snapshot.roster.length))).toEqual(new Set([crowd.length + 1]))
  other.close()
})
