import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { clientRequests, type ClientMethod } from '../api/protocol.ts'
import { aWorld, type TestClient, type World } from '../testing/world.ts'

/** A world with somebody else in the meeting, whom nothing may touch. */
async function withBystander(): Promise<{ world: World; connect: () => TestClient; unharmed: () => Promise<void> }> {
  const world = aWorld()
  const { connect } = world.replica()
  const bob = connect()
  await bob.join({ sub: 'bob', name: 'Bob' })
  async function unharmed(): Promise<void> {
    await bob.request('restartIce', { transportId: 't1' })
    expect(bob.closed).toBeUndefined()
  }
  return { world, connect, unharmed }
}

test.each([
  ['no JSON', 'hello'],
  ['nothing', ''],
  ['a list', '[]'],
  ['no kind of frame', '{}'],
  ['a request without an id', '{"request":true,"method":"join"}'],
  ['a method that is no text', '{"request":true,"id":1,"method":7}'],
  ['a very long method', JSON.stringify({ request: true, id: 1, method: 'x'.repeat(65) })],
])('a frame that is %s closes the connection with 1008, and nobody else notices', async (_, text) => {
  const { world, connect, unharmed } = await withBystander()
  const ada = connect()
  await ada.join()
  ada.send(text)
  await world.clock.advance(0)
  expect(ada.closed).toMatchObject({ code: 1008 })
  await unharmed()
})

test('an unknown method is refused, and the connection goes on', async () => {
  const { connect } = await withBystander()
  const ada = connect()
  for (const method of ['nonsense', 'constructor', '__proto__', 'toString', 'attach', 'detach', 'away'])
    await expect(ada.requestRaw(method, {})).rejects.toMatchObject({ code: 'unknown_method', status: 404, field: 'method' })
  await ada.join()
})

test('before a join nothing else is answered', async () => {
  const { connect } = await withBystander()
  const ada = connect()
  const others = Object.keys(clientRequests).filter((method) => method !== 'join' && method !== 'resume')
  for (const method of others) await expect(ada.requestRaw(method, {})).rejects.toMatchObject({ code: 'not_joined', status: 409 })
})

const dtls = (value: string, algorithm = 'sha-256') => ({
  transportId: 't1',
  dtlsParameters: { fingerprints: [{ algorithm, value }] },
})
const produce = (codec: object, more: object = {}) => ({
  ...{ transportId: 't1', kind: 'audio', source: 'microphone' },
  rtpParameters: { codecs: [{ mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000, ...codec }], ...more },
})
const chat = (text: unknown) => ({ text, clientMessageId: 'message-1' })

test.each<[string, ClientMethod, unknown, string]>([
  ['no data', 'sendChat', undefined, 'data.text'],
  ['data that is a list', 'sendChat', [], 'data'],
  ['data that is text', 'sendChat', 'hello', 'data'],
  ['a chat text that is too long', 'sendChat', chat('x'.repeat(2_001)), 'data.text'],
  ['an empty chat text', 'sendChat', chat(' \n'), 'data.text'],
  ['a chat text that is none', 'sendChat', chat({ toString: 'x' }), 'data.text'],
  ['a message id that is too short', 'sendChat', { text: 'x', clientMessageId: '1' }, 'data.clientMessageId'],
  ['a field that is not known', 'sendChat', { ...chat('x'), participant: 'bob' }, 'data.participant'],
  ['a field of a request for the media node that is not known', 'restartIce', { transportId: 't1', soon: true }, 'data.soon'],
  ['a reaction that is not one of ours', 'react', { emoji: '<img>' }, 'data.emoji'],
  ['an empty fingerprint', 'connectTransport', dtls(''), 'data.dtlsParameters.fingerprints[0].value'],
  ['a short fingerprint', 'connectTransport', dtls('AA:BB'), 'data.dtlsParameters.fingerprints[0].value'],
  ['a hash that is not known', 'connectTransport', dtls('AA', 'md5'), 'data.dtlsParameters.fingerprints[0].algorithm'],
  [
    'no fingerprints',
    'connectTransport',
    { transportId: 't1', dtlsParameters: { fingerprints: [] } },
    'data.dtlsParameters.fingerprints',
  ],
  ['an SDP-like mime type', 'produce', produce({ mimeType: 'audio/opus\r\na=x' }), 'data.rtpParameters.codecs[0].mimeType'],
  ['a payload type beyond RTP', 'produce', produce({ payloadType: 128 }), 'data.rtpParameters.codecs[0].payloadType'],
  ['a clock rate that is no number', 'produce', produce({ clockRate: '48000' }), 'data.rtpParameters.codecs[0].clockRate'],
  ['too many encodings', 'produce', produce({}, { encodings: [{}, {}, {}, {}, {}] }), 'data.rtpParameters.encodings'],
  ['an SSRC beyond 32 bits', 'produce', produce({}, { encodings: [{ ssrc: 2 ** 32 }] }), 'data.rtpParameters.encodings[0].ssrc'],
  ['a source that is not known', 'produce', { ...produce({}), source: 'desktop' }, 'data.source'],
  ['a transport id that is too long', 'restartIce', { transportId: 'x'.repeat(65) }, 'data.transportId'],
  ['a layer that does not exist', 'setPreferredLayers', { consumerId: 'c1', spatialLayer: -1 }, 'data.spatialLayer'],
])('%s is refused with the field, nothing reaches the media node, and nobody else notices', async (_, method, data, field) => {
  const { world, connect, unharmed } = await withBystander()
  const ada = connect()
  const { self } = await ada.join()
  await expect(ada.requestRaw(method, data)).rejects.toMatchObject({ code: 'invalid', status: 400, retry: 'never', field })
  expect(world.agents[0].sessions.get(self.attachment)?.requests).toEqual([])
  await ada.request('react', { emoji: '👍' })
  await unharmed()
})

test.each([
  ['a name that is too long', { displayName: 'x'.repeat(101) }, 'data.displayName'],
  ['an empty name', { displayName: '' }, 'data.displayName'],
  ['a token that is too long', { token: 'x'.repeat(8_193) }, 'data.token'],
  ['no token', { token: undefined }, 'data.token'],
  ['a region that is none', { region: 'EU West' }, 'data.region'],
  ['a round trip below zero', { rttsMs: { eu: -1 } }, 'data.rttsMs.eu'],
  ['too many regions', { rttsMs: Object.fromEntries(Array.from({ length: 65 }, (_, each) => [`r${each}`, 1])) }, 'data.rttsMs'],
  ['a node that cannot be', { excludeNodes: ['../etc'] }, 'data.excludeNodes[0]'],
  ['too many excluded nodes', { excludeNodes: Array(17).fill('a') }, 'data.excludeNodes'],
])('a join with %s is refused with the field, and may be tried again', async (_, wrong, field) => {
  const { world, connect } = await withBystander()
  const ada = connect()
  const token = await world.token()
  await expect(ada.requestRaw('join', { token, ...wrong })).rejects.toMatchObject({ code: 'invalid', field })
  await ada.join()
})

test('a flood is slowed down, by what it is a flood of', async () => {
  const { world, connect } = await withBystander()
  const ada = connect()
  await ada.join()
  const say = (each: number) => ada.request('sendChat', { text: 'x', clientMessageId: `message-${each}` })
  for (let each = 0; each < 10; each++) await say(each)
  await expect(say(11)).rejects.toMatchObject({ code: 'slow_down', status: 429, retry: 'later', retryAfterMs: 1_000 })
  await world.clock.advance(1_000)
  await say(12)
  await ada.request('react', { emoji: '👍' })
  const refusals = await Promise.all(
    Array.from({ length: 140 }, () =>
      ada.request('requestKeyFrame', { consumerId: 'c1' }).catch((error: { code: string }) => error.code),
    ),
  )
  expect(refusals).toContain('too_many')
  for (let each = 0; each < 30; each++) ada.notify('x', {})
  await world.clock.advance(0)
  expect(ada.closed).toMatchObject({ code: 1008 })
})

const anyMethod = fc.oneof(fc.constantFrom(...Object.keys(clientRequests)), fc.string({ maxLength: 70 }))

test('whatever a client sends is answered with a code of ours or ends its own connection only', async () => {
  const { world, connect, unharmed } = await withBystander()
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(anyMethod, fc.jsonValue()), { maxLength: 8 }), async (requests) => {
      const client = connect()
      for (const [method, data] of requests) {
        const answer = await Promise.race([
          client.requestRaw(method, data).catch((error: { code: string }) => error.code),
          world.clock.advance(0).then(() => 'waits'),
        ])
        expect(answer).not.toBe('internal')
      }
      client.lose()
    }),
    { numRuns: 25 },
  )
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
      const client = connect()
      client.send(text)
      await world.clock.advance(0)
      expect([undefined, 1008]).toContain(client.closed?.code)
      client.lose()
    }),
    { numRuns: 25 },
  )
  await unharmed()
})

test('no text, name, token, credential or parameter of a client reaches the log', async () => {
  const { world, connect } = await withBystander()
  const ada = connect()
  const token = await world.token({ name: 'Ada Geheim' })
  const welcome = await ada.request('join', { token, displayName: 'Ada Heimlich' })
  await world.clock.advance(0)
  await ada.request('sendChat', { text: 'geheimer Text', clientMessageId: 'geheime-id' })
  const fingerprint = Array(32).fill('C0').join(':')
  await ada.requestRaw('connectTransport', dtls(fingerprint))
  for (const [method, data] of [
    ['geheime Methode', {}],
    ['sendChat', { geheimesFeld: 'x' }],
    ['sendChat', chat('geheim'.repeat(1_000))],
    ['join', { token: 'geheimes.token.hier', rttsMs: { 'geheime-Region': -1 } }],
    ['produce', produce({ mimeType: 'geheim/opus', parameters: { 'geheim=1': 'a=geheim' } })],
    ['resume', { resumeToken: 'geheim', sessionEpoch: 1 }],
  ] as const)
    await ada.requestRaw(method, data).catch(() => undefined)
  await connect()
    .requestRaw('join', { token: `${token}geheim` })
    .catch(() => undefined)
  await connect()
    .requestRaw('resume', { resumeToken: 'geheim', sessionEpoch: 1 })
    .catch(() => undefined)
  ada.send('{"geheim"')
  world.agents[0].trouble = 'distrusts'
  await connect().join({ name: 'Noch Geheimer', sub: 'eve' })
  const log = world.logged.join('')
  const secrets = [
    /geheim/i,
    /heimlich/i,
    token,
    welcome.resumeToken,
    'C0:C0',
    'codecs',
    ...welcome.iceServers.map(({ credential }) => credential),
  ]
  for (const secret of secrets.filter((each) => each !== undefined)) expect(log).not.toMatch(secret)
  expect(log).toContain('client is seated')
  expect(log).toContain('request refused')
  expect(log).toContain('media node refused an attachment')
})
