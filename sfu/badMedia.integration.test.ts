import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { CodedError } from '../kit/errors.ts'
import { missing, waitFor } from '../kit/wait.ts'
import type { RtpParameters } from './api/rtp.ts'
import type { OpenSession, SessionConnection } from './api/sessionClient.ts'
import { startTestNode, type TestNode } from './testing/node.ts'
import { connect } from './testing/participant.ts'
import { aMeeting, claimsFor, grantFor, makeTrust, type Trust } from './testing/trust.ts'

let trust: Trust
let node: TestNode
let connection: SessionConnection
let session: OpenSession
let transportId: string

beforeAll(async () => {
  trust = await makeTrust()
  node = await startTestNode(trust, { node: 'a' })
  connection = await connect(trust, node)
  session = await attach('ann')
  transportId = (await session.request('createTransport', { direction: 'send' })).id
})
afterAll(async () => {
  connection.close()
  await node.stop()
})

async function attach(participant: string): Promise<OpenSession> {
  const claims = claimsFor(trust, { meeting: aMeeting(trust), participant })
  const grant = await grantFor(trust, { node: 'a', claims })
  return connection.attach({ grant, sessionEpoch: 1, attachment: claims.attachment, onNotification: () => undefined })
}

const opus: RtpParameters = {
  mid: '0',
  codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2, parameters: { useinbandfec: 1 } }],
  headerExtensions: [{ uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level', id: 1 }],
  encodings: [{ ssrc: 1_111 }],
  rtcp: { cname: 'ann' },
}
const vp8: RtpParameters = {
  mid: '1',
  codecs: [
    {
      mimeType: 'video/VP8',
      payloadType: 96,
      clockRate: 90_000,
      rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
    },
    { mimeType: 'video/rtx', payloadType: 97, clockRate: 90_000, parameters: { apt: 96 } },
  ],
  headerExtensions: [
    { uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 1 },
    { uri: 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id', id: 2 },
  ],
  encodings: [
    { rid: 'r0', scalabilityMode: 'L1T3' },
    { rid: 'r1', scalabilityMode: 'L1T3' },
  ],
  rtcp: { cname: 'ann' },
}

/** Anything that JSON can say, in place of one part of what is right. */
const junk = fc.oneof(
  fc.constantFrom<unknown>(null, true, '', 'x', 'x'.repeat(5_000), -1, 0, 1, 1.5, 2 ** 32, 2 ** 53, 1e308, [], {}, [[]], [null]),
  fc.jsonValue({ maxDepth: 2 }),
)

type Path = readonly (string | number)[]

function pathsOf(value: unknown, path: Path = []): Path[] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : []
  const key = (name: string): string | number => (Array.isArray(value) ? Number(name) : name)
  return [...(path.length > 0 ? [path] : []), ...inner.flatMap(([name, each]) => pathsOf(each, [...path, key(name)]))]
}

function withAt(value: unknown, path: Path, put: unknown): unknown {
  const [first, ...rest] = path
  if (first === undefined) return put
  const copy: Record<string | number, unknown> = Array.isArray(value)
    ? ([...(value as unknown[])] as never)
    : { ...(value as object) }
  copy[first] = withAt(copy[first], rest, put)
  return copy
}

/** One to three parts of `right` replaced by junk. */
const spoiled = (right: unknown) =>
  fc
    .array(fc.tuple(fc.constantFrom(...pathsOf(right)), junk), { minLength: 1, maxLength: 3 })
    .map((faults) => faults.reduce((so, [path, put]) => (typeof so === 'object' ? withAt(so, path, put) : so), right))

/** Values that fit the contract one by one and make no sense together. */
const senseless = fc.record({
  mid: fc.option(fc.constantFrom('0', '1', 'a'.repeat(32)), { nil: undefined }),
  codecs: fc.array(
    fc.record({
      mimeType: fc.constantFrom('audio/opus', 'video/VP8', 'video/H264', 'video/rtx', 'audio/PCMU', 'video/nope'),
      payloadType: fc.integer({ min: 0, max: 127 }),
      clockRate: fc.constantFrom(8_000, 48_000, 90_000, 1),
      channels: fc.constantFrom(undefined, 1, 2, 8),
      parameters: fc.constantFrom(
        {},
        { apt: 96 },
        { apt: 'x' },
        { apt: -1 },
        { 'profile-level-id': 'zzzzzz', 'packetization-mode': 7 },
        { apt: 1.5 },
      ),
    }),
    { minLength: 1, maxLength: 16 },
  ),
  headerExtensions: fc.array(
    fc.record({
      uri: fc.constantFrom(
        'urn:ietf:params:rtp-hdrext:sdes:mid',
        'urn:3gpp:video-orientation',
        'nope',
        'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
      ),
      id: fc.integer({ min: 1, max: 255 }),
      encrypt: fc.boolean(),
    }),
    { maxLength: 32 },
  ),
  encodings: fc.array(
    fc.record(
      {
        ssrc: fc.constantFrom(0, 1, 2 ** 32 - 1),
        rid: fc.constantFrom('r0', 'r1', 'A'),
        codecPayloadType: fc.integer({ min: 0, max: 127 }),
        rtx: fc.record({ ssrc: fc.constantFrom(0, 1, 7) }),
        scalabilityMode: fc.constantFrom('L1T1', 'L3T3_KEY', 'S3T3h'),
        maxBitrate: fc.constantFrom(0, 1, 100_000_000),
      },
      { requiredKeys: [] },
    ),
    { maxLength: 4 },
  ),
  rtcp: fc.record({ cname: fc.string({ maxLength: 256 }), reducedSize: fc.boolean() }),
})

const blaming = new Set(['invalid', 'invalid_rtp', 'kind_mismatch', 'cannot_consume'])

/** What a request answers, or undefined where it was refused by a code that blames the sender and tells nothing of ours. */
async function refusedOrDone<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request
  } catch (error) {
    if (!(error instanceof CodedError) || !blaming.has(error.code)) throw error
    if (/mediasoup|worker|channel request|\.cpp|method:/i.test(error.message))
      throw new Error(`tells of ours: ${error.message}`, { cause: error })
    return undefined
  }
}

async function produce(source: 'microphone' | 'camera', rtpParameters: unknown): Promise<void> {
  const kind = source === 'microphone' ? 'audio' : 'video'
  const made = await refusedOrDone(session.request('produce', { transportId, kind, source, rtpParameters } as never))
  if (made) await session.request('closeProducer', { producerId: made.producerId })
}

/** All still stands: the same process, and what is right works. */
async function allIsWell(pid: number): Promise<void> {
  expect(node.pool.workers.map((worker) => worker.pid)).toEqual([pid])
  expect(node.pool.deaths).toBe(0)
  for (const [source, rtpParameters] of [
    ['microphone', opus],
    ['camera', vp8],
  ] as const) {
    const kind = source === 'microphone' ? 'audio' : 'video'
    const { producerId } = await session.request('produce', { transportId, kind, source, rtpParameters })
    await session.request('closeProducer', { producerId })
  }
}

const pidOf = (): number => node.pool.workers[0]?.pid ?? 0

test('RTP parameters that are spoiled anywhere harm nobody', async () => {
  const pid = pidOf()
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        spoiled(opus).map((of) => ['microphone', of] as const),
        spoiled(vp8).map((of) => ['camera', of] as const),
      ),
      ([source, of]) => produce(source, of),
    ),
    { numRuns: 400 },
  )
  await allIsWell(pid)
})

test('RTP parameters that fit one by one and make no sense together harm nobody', async () => {
  const pid = pidOf()
  await fc.assert(fc.asyncProperty(fc.constantFrom('microphone' as const, 'camera' as const), senseless, produce), {
    numRuns: 400,
  })
  await allIsWell(pid)
})

test('DTLS parameters of any kind harm nobody, and an empty fingerprint is named', async () => {
  const pid = pidOf()
  const right = {
    role: 'client',
    fingerprints: [{ algorithm: 'sha-256', value: Array.from({ length: 32 }, () => 'AB').join(':') }],
  }
  const other = await attach('bob')
  const tryConnect = async (dtlsParameters: unknown): Promise<void> => {
    const { id } = await other.request('createTransport', { direction: 'send' })
    await refusedOrDone(other.request('connectTransport', { transportId: id, dtlsParameters } as never))
    await other.request('closeTransport', { transportId: id })
  }
  await fc.assert(fc.asyncProperty(spoiled(right), tryConnect), { numRuns: 150 })
  const { id } = await other.request('createTransport', { direction: 'send' })
  for (const fingerprints of [[], [{ algorithm: 'sha-256', value: '' }], [{ algorithm: 'md5', value: 'AB' }]]) {
    await expect(
      other.request('connectTransport', { transportId: id, dtlsParameters: { fingerprints } } as never),
    ).rejects.toMatchObject({
      code: 'invalid',
      field: expect.stringContaining('data.dtlsParameters.fingerprints') as string,
    })
  }
  await other.request('connectTransport', { transportId: id, dtlsParameters: right } as never)
  await expect(other.request('connectTransport', { transportId: id, dtlsParameters: right } as never)).rejects.toMatchObject({
    code: 'already_connected',
  })
  await other.detach()
  await allIsWell(pid)
})

test('capabilities that make no sense cannot consume, and harm nobody', async () => {
  const pid = pidOf()
  const { producerId, trackId } = await session.request('produce', {
    transportId,
    kind: 'video',
    source: 'camera',
    rtpParameters: vp8,
  })
  const right = {
    codecs: [{ kind: 'video', mimeType: 'video/VP8', clockRate: 90_000, preferredPayloadType: 101, rtcpFeedback: [] }],
  }
  await fc.assert(
    fc.asyncProperty(spoiled(right), async (rtpCapabilities) => {
      const created = await refusedOrDone(session.request('createTransport', { direction: 'recv', rtpCapabilities } as never))
      if (!created) return
      await refusedOrDone(session.request('consume', { transportId: created.id, trackId }))
      await session.request('closeTransport', { transportId: created.id })
    }),
    { numRuns: 150 },
  )
  await session.request('closeProducer', { producerId })
  await allIsWell(pid)
})

test.each(['not json', '[]', '{"request":true,"id":"x","method":"attach"}', '"'.repeat(300_000)])(
  'a frame that is none closes its own connection and no other',
  async (text) => {
    const closings: number[] = []
    const { WebSocket } = await import('ws')
    const { sessionBearer } = await import('./testing/trust.ts')
    const socket = new WebSocket(`${node.url.replace('http', 'ws')}/v1/sessions`, ['parley.sessions.v1'], {
      headers: { authorization: `Bearer ${await sessionBearer(trust, 'a')}` },
    })
    socket.on('close', (closeCode) => void closings.push(closeCode))
    await new Promise((resolve) => socket.once('open', resolve))
    socket.send(text)
    await waitFor(() => (closings.length > 0 ? true : missing('the close')), { timeoutMs: 30_000 })
    expect(closings).toEqual([text.length > 262_144 ? 1009 : 1008])
    expect(connection.closed).toBe(false)
    await allIsWell(pidOf())
  },
)
