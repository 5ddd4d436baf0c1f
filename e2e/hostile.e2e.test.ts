import { createSocket } from 'node:dgram'
import { connect } from 'node:net'

import { SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'

import { pipePortsPerNode } from './demo/layout.ts'
import { mintClientToken } from '../signaling/api/mintClientToken.ts'
import { maxChatLength, type Welcome } from '../signaling/api/protocol.ts'
import type { SyntheticParticipant } from '../signaling/client/synthetic/syntheticParticipant.ts'
import { startDemo, type RunningDemo } from './support/demoProcess.ts'
import { keepEvidence } from './support/evidence.ts'
import { allReceiveAll, asViewer } from './support/flow.ts'
import { clientUrlOf, joinAs, tokenFor } from './support/people.ts'
import { familyOf } from './support/processes.ts'
import { openRawClient, type RawClient } from './support/rawClient.ts'

/** Stands in everything that the hostile client sends, and must stand in no log. */
const canary = 'canary-5b1d0c'

let demo: RunningDemo
let family: readonly number[]
let ada: SyntheticParticipant
let bob: SyntheticParticipant
const clients = new Set<RawClient>()

beforeAll(async () => {
  demo = await startDemo()
  ada = await joinAs(demo, { name: 'Ada', region: 'eu-west' })
  bob = await joinAs(demo, { name: 'Bob', region: 'us-east', toneHz: 660 })
  await allReceiveAll([ada, bob].map(asViewer))
  family = familyOf(demo.pid)
})

beforeEach(() => keepEvidence(() => demo))

/** Whatever was done: the two talk on, nobody else is in, no process died, and no log repeats what was sent. */
afterEach(async () => {
  for (const client of clients) client.close()
  clients.clear()
  await allReceiveAll([ada, bob].map(asViewer))
  expect(ada.client.state.life.at).toBe('live')
  expect(demo.processes().filter(({ starts }) => starts !== 1)).toEqual([])
  expect(new Set(familyOf(demo.pid))).toEqual(new Set(family))
  // Nor any token: all of them are JWTs, and those begin so.
  const told = demo.processes().filter(({ name }) => demo.logOf(name).includes(canary) || demo.logOf(name).includes('eyJ'))
  expect(told).toEqual([])
})

afterAll(async () => {
  await ada.leave()
  await bob.leave()
  await demo.stop()
})

async function aClient(): Promise<RawClient> {
  const client = await openRawClient(clientUrlOf(demo))
  clients.add(client)
  return client
}

async function joined(displayName = `${canary} Mallory`): Promise<RawClient> {
  const client = await aClient()
  const answer = await client.ask('join', { token: await tokenFor(demo), displayName })
  expect(answer).toMatchObject({ ok: true })
  return client
}

test.each([
  ['no JSON', `{${canary}`],
  ['no object', '[]'],
  ['no frame', JSON.stringify({ hello: canary })],
  ['a frame with an id that is none', JSON.stringify({ request: true, id: -1, method: canary })],
])('%s closes the connection with 1008', async (_what, frame) => {
  const client = await aClient()
  client.send(frame)
  expect(await client.closed).toBe(1008)
})

test('a frame that is too large closes the connection with 1009', async () => {
  const client = await aClient()
  client.send(canary.repeat(100_000))
  expect(await client.closed).toBe(1009)
})

test('before it joined a client may do nothing else', async () => {
  const client = await aClient()
  for (const method of ['sendChat', 'produce', 'createTransport', canary])
    expect(await client.ask(method, { text: canary })).toMatchObject({ ok: false })
})

test('tokens that are wrong, expired, foreign or unsigned open nothing', async () => {
  const key = { key: 'demo', secret: `${canary}-a-secret-that-nobody-ever-configured` }
  const wish = { video: { room: 'standup', roomJoin: true as const } }
  const nowMs = Date.now()
  const claims = { iss: 'demo', exp: Math.floor(nowMs / 1_000) + 600, ...wish }
  const unsigned = ['{"alg":"none"}', JSON.stringify(claims), ''].map((part) => Buffer.from(part).toString('base64url')).join('.')
  const tokens = {
    garbage: canary,
    foreign: await mintClientToken(key, wish, { nowMs, lifetimeMs: 60_000 }),
    unknownKey: await mintClientToken({ ...key, key: 'nobody' }, wish, { nowMs, lifetimeMs: 60_000 }),
    unsigned,
    otherAlgorithm: await new SignJWT(claims).setProtectedHeader({ alg: 'HS512' }).sign(Buffer.from(key.secret.repeat(2))),
  }
  for (const [what, token] of Object.entries(tokens)) {
    const { ok, error } = await (await aClient()).ask('join', { token, displayName: 'Mallory' })
    expect({ what, ok, code: error?.code }).toEqual({ what, ok: false, code: 'token_invalid' })
  }
  const expired = await tokenFor(demo, {}, -60_000)
  expect(await (await aClient()).ask('join', { token: expired, displayName: 'Mallory' })).toMatchObject({
    ok: false,
    error: { code: 'token_expired' },
  })
})

test.each([
  ['no token', { displayName: 'M' }, 'data.token'],
  ['a name that is too long', { token: 't', displayName: canary.repeat(100) }, 'data.displayName'],
  ['a region that is none', { token: 't', displayName: 'M', region: 'EU WEST' }, 'data.region'],
  ['a field that nobody knows', { token: 't', [canary]: true }, `data.${canary}`],
])('a join with %s is told by its field', async (_what, data, field) => {
  const answer = await (await aClient()).ask('join', data)
  expect(answer).toMatchObject({ ok: false, error: { code: 'invalid', field } })
})

test('one identity is in a meeting once', async () => {
  const first = await aClient()
  const token = await tokenFor(demo, { identity: 'mallory' })
  expect(await first.ask('join', { token, displayName: 'M' })).toMatchObject({ ok: true })
  const second = await aClient()
  expect(await second.ask('join', { token, displayName: 'M' })).toMatchObject({ ok: false, error: { code: 'identity_in_use' } })
  expect(await first.ask('leave', {})).toMatchObject({ ok: true })
})

test('chat that is too long or empty, methods and emojis that there are not', async () => {
  const client = await joined()
  const chat = (text: string): Promise<unknown> => client.ask('sendChat', { text, clientMessageId: '12345678' })
  const refused = { ok: false, error: { code: 'invalid', field: 'data.text' } }
  expect(await chat(canary.padEnd(maxChatLength + 1, 'x'))).toMatchObject(refused)
  expect(await chat('  ')).toMatchObject(refused)
  expect(await client.ask('react', { emoji: canary })).toMatchObject({ ok: false, error: { field: 'data.emoji' } })
  expect(await client.ask(canary, {})).toMatchObject({ ok: false, error: { code: 'unknown_method' } })
  expect(await client.ask('join', { token: await tokenFor(demo) })).toMatchObject({
    ok: false,
    error: { code: 'already_joined' },
  })
})

const dtls = (algorithm: string, value: string): object => ({ role: 'client', fingerprints: [{ algorithm, value }] })
const rtp = (parameters: object): object => ({ kind: 'video', source: 'camera', rtpParameters: parameters })
const opus = { mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }

test('media parameters that make no sense reach no worker', async () => {
  const client = await joined()
  const { data } = await client.ask('createTransport', { direction: 'send' })
  const transportId = (data as { id: string }).id
  const tries: readonly [string, object][] = [
    ['connectTransport', { transportId, dtlsParameters: { role: 'client', fingerprints: [] } }],
    ['connectTransport', { transportId, dtlsParameters: dtls('sha-256', '') }],
    ['connectTransport', { transportId, dtlsParameters: dtls('md5', 'AA:BB') }],
    ['connectTransport', { transportId, dtlsParameters: dtls('sha-256', canary) }],
    ['connectTransport', { transportId: canary, dtlsParameters: dtls('sha-256', Array(32).fill('AA').join(':')) }],
    ['produce', { transportId, ...rtp({}) }],
    ['produce', { transportId, ...rtp({ codecs: [], encodings: [] }) }],
    ['produce', { transportId, ...rtp({ codecs: [opus], encodings: [{ ssrc: 1 }] }) }],
    ['produce', { transportId, ...rtp({ codecs: [{ ...opus, mimeType: canary }], encodings: [{ ssrc: 1 }] }) }],
    ['produce', { transportId, ...rtp({ codecs: [{ ...opus, payloadType: -1 }], encodings: [{ ssrc: 2 ** 40 }] }) }],
    ['produce', { transportId, kind: 'audio', source: 'camera', rtpParameters: { codecs: [opus], encodings: [{ ssrc: 1 }] } }],
    ['consume', { transportId, trackId: canary }],
    ['consume', { transportId, trackId: `${ada.participant}/camera` }],
    ['closeProducer', { producerId: canary }],
    ['setPreferredLayers', { consumerId: canary, spatialLayer: 99 }],
    ['restartIce', { transportId: null }],
  ]
  for (const [method, wish] of tries) {
    const { ok, error } = await client.ask(method, wish)
    expect({ method, wish, ok, internal: error?.code === 'internal' }).toEqual({ method, wish, ok: false, internal: false })
  }
  expect(await client.ask('leave', {})).toMatchObject({ ok: true })
})

test('a flood of requests is slowed down for the one who sends it', async () => {
  const client = await joined()
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      client.ask('sendChat', { text: 'x', clientMessageId: `flood-${index}` }).catch(() => undefined),
    ),
  )
  expect(answers.some((answer) => answer?.error?.code === 'slow_down' || answer?.error?.code === 'too_many')).toBe(true)
})

test('junk on the media ports touches nobody', async () => {
  // A pipe takes any port of its row; the row is as long as the demo says.
  const pipes = demo.pipePorts.flatMap((first) => Array.from({ length: pipePortsPerNode }, (_, index) => first + index))
  const udp = createSocket('udp4')
  // Beginnings of STUN, DTLS and RTP packets (RFC 7983), then noise.
  const firstBytes = [0, 1, 20, 22, 63, 128, 144, 200, 255]
  for (const port of [...demo.mediaPorts, ...pipes])
    for (let round = 0; round < 50; round++) {
      const junk = Buffer.alloc(20 + ((round * 37) % 1_200), round)
      junk[0] = firstBytes[round % firstBytes.length] ?? 0
      udp.send(junk, port, '127.0.0.1')
    }
  for (const port of demo.mediaPorts) {
    const tcp = connect(port, '127.0.0.1')
    tcp.on('error', () => undefined)
    tcp.end(Buffer.alloc(4_096, 0x80))
  }
  await allReceiveAll([ada, bob].map(asViewer))
  udp.close()
})

test('the HTTP side answers nonsense with problem documents', async () => {
  const origin = new URL(demo.host).origin
  for (const path of [`/${canary}/x.json`, '/..%2f..%2fpackage.json', '/v1/client']) {
    const answer = await fetch(`${origin}${path}`)
    await answer.body?.cancel()
    expect({ path, refused: [400, 404, 426].includes(answer.status) }).toEqual({ path, refused: true })
  }
  const placement = await fetch(`${demo.placement}/v1/topology`, { headers: { authorization: `Bearer ${canary}` } })
  expect(placement.status).toBe(401)
  expect(placement.headers.get('content-type')).toContain('application/problem+json')
  expect(await placement.json()).toMatchObject({ code: 'unauthorized' })
})

test('somebody who joins properly meanwhile is welcome', async () => {
  const client = await aClient()
  const answer = await client.ask('join', { token: await tokenFor(demo), displayName: 'Cyd' })
  expect((answer.data as Welcome).roster.map(({ name }) => name).toSorted()).toEqual(expect.arrayContaining(['Ada', 'Bob']))
  expect(await client.ask('leave', {})).toMatchObject({ ok: true })
})
