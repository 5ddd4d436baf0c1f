import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { missing, waitFor } from '../kit/wait.ts'
import { namesOf } from './testing/fakeAgent.ts'
import { startInstallation, type Installation } from './testing/installation.ts'
import { allLeave, connectTo } from './testing/realClient.ts'
import { startRedis, type RedisServer } from './testing/redisServer.ts'

let redis: RedisServer
let direct: Redis
let system: Installation

beforeAll(async () => {
  redis = await startRedis()
  direct = new Redis(redis.url)
  direct.on('error', () => undefined)
  system = await startInstallation(redis.url)
})
afterEach(allLeave)
afterAll(async () => {
  await system?.stop()
  direct?.disconnect()
  await redis?.stop()
})

const message = (each: number) => ({ text: `text ${each}`, clientMessageId: `message-${each}` })
const europe = { region: 'eu-west' }
const america = { region: 'us-east' }

test('two people at two replicas and two media nodes see each other, talk in one order, and leave nothing', async () => {
  const [one, other] = system.replicas
  const [ada, bob] = [await connectTo(one.url), await connectTo(other.url)]
  const first = await ada.join({ sub: 'ada', name: 'Ada' }, europe)
  const second = await bob.join({ sub: 'bob', name: 'Bob' }, america)
  expect([first.node.name, second.node.name]).toEqual(['media-a', 'media-b'])
  expect(first.meeting).toEqual(second.meeting)
  expect(first.meeting.title).toBe('Stand-up')
  await ada.told('roster', ({ changes }) => changes.some((change) => change.type === 'joined' && change.entry.name === 'Bob'))

  await Promise.all(Array.from({ length: 10 }, (_, each) => (each % 2 ? ada : bob).request('sendChat', message(each))))
  for (const client of [ada, bob])
    await waitFor(() => client.toldOf('chat').length === 10 || missing('chat'), { timeoutMs: 30_000 })
  expect(ada.toldOf('chat')).toEqual(bob.toldOf('chat'))

  await bob.request('leave', {})
  expect(await bob.closed()).toBe(4000)
  await ada.told('roster', ({ changes }) => changes.some((change) => change.type === 'left' && change.participant === 'bob'))
  await ada.request('leave', {})
  await waitFor(async () => (await direct.keys('parley:room:*')).length === 0 || missing('a Redis without rooms'), {
    timeoutMs: 30_000,
  })
})

test('one identity is in a meeting once, until its first connection is lost', async () => {
  const [one, other] = system.replicas
  const [first, watching] = [await connectTo(one.url), await connectTo(one.url)]
  await first.join({}, europe)
  await watching.join({ sub: 'bob', name: 'Bob' }, europe)
  await expect((await connectTo(other.url)).join({}, america)).rejects.toMatchObject({ code: 'identity_in_use' })
  first.lose()
  await watching.told('roster', ({ changes }) => changes.some((change) => change.type === 'connection' && !change.connected))
  const second = await connectTo(other.url)
  const { roster } = await second.join({}, europe)
  expect(namesOf(roster)).toEqual(['Ada', 'Bob'])
})

test('a replica that is stopped sends its clients to another one, which goes on with their media', async () => {
  const [one, other] = system.replicas
  const ada = await connectTo(one.url)
  const { resumeToken, sessionEpoch, self, routerRtpCapabilities } = await ada.join({}, europe)
  const { id } = await ada.request('createTransport', { direction: 'recv', rtpCapabilities: routerRtpCapabilities })
  const stopping = one.end('SIGTERM')
  expect(await ada.closed()).toBe(1001)
  const again = await connectTo(other.url)
  const welcome = await again.request('resume', { resumeToken, sessionEpoch })
  expect(welcome).toMatchObject({ self, transports: [{ id, direction: 'recv' }] })
  await again.request('restartIce', { transportId: id })
  await stopping
  await one.start()
})

test('Redis is killed: chat says so, everything else goes on, and the chat is there again afterwards', async () => {
  const [one, other] = system.replicas
  const [ada, bob] = [await connectTo(one.url), await connectTo(other.url)]
  const { routerRtpCapabilities } = await ada.join({ sub: 'ada' }, europe)
  await bob.join({ sub: 'bob', name: 'Bob' }, america)
  for (let each = 1; each <= 5; each++) await ada.request('sendChat', message(each))
  await waitFor(() => bob.toldOf('chat').length === 5 || missing('chat'), { timeoutMs: 30_000 })
  await redis.kill()
  await expect(ada.request('sendChat', message(6))).rejects.toMatchObject({ code: 'chat_unavailable', retry: 'later' })
  await ada.request('createTransport', { direction: 'recv', rtpCapabilities: routerRtpCapabilities })
  const eve = await connectTo(one.url)
  await eve.join({ sub: 'eve', name: 'Eve' }, europe)
  expect((await fetch(`${one.url}/readyz`)).status).toBe(200)
  await redis.start()
  await waitFor(() => ada.request('sendChat', message(6)), { timeoutMs: 30_000, pollMs: 500 })
  await bob.told('chat', ({ text }) => text === 'text 6')
  const late = await connectTo(other.url)
  const { chat } = await late.join({ sub: 'late', name: 'Late' }, america)
  expect(chat.map(({ text }) => text)).toEqual([1, 2, 3, 4, 5, 6].map((each) => `text ${each}`))
})

test('a media node is killed: its clients are told, and join again at it once it is back', async () => {
  const [node] = system.nodes
  const ada = await connectTo(system.replicas[0].url)
  const { resumeToken } = await ada.join({}, europe)
  await node.end('SIGKILL')
  await ada.told('session', ({ state }) => state === 'degraded')
  await node.start()
  await ada.told('session', ({ state }) => state === 'rejoin')
  const welcome = await waitFor(() => ada.join({}, { ...europe, replaces: resumeToken }), { timeoutMs: 30_000, pollMs: 500 })
  // At another node her lost stay is told of until the way to its node is given up; nobody is shown her twice.
  expect(welcome.roster).toMatchObject([{ name: 'Ada', attachment: welcome.self.attachment }])
  const { roster } = await (await connectTo(system.replicas[1].url)).join({ sub: 'bob', name: 'Bob' }, america)
  expect(namesOf(roster)).toEqual(['Ada', 'Bob'])
})

test('the operator is killed: whoever comes to the meeting is let in all the same', async () => {
  const [one] = system.replicas
  const ada = await connectTo(one.url)
  const { meeting } = await ada.join({}, europe)
  await system.operator.end('SIGKILL')
  const bob = await connectTo(one.url)
  const welcome = await bob.join({ sub: 'bob', name: 'Bob' }, europe)
  expect(welcome.meeting).toEqual(meeting)
  expect(namesOf(welcome.roster)).toEqual(['Ada', 'Bob'])
  await system.operator.start()
})

test('a replica that starts while the operator is away lets people in by what another one left in Redis', async () => {
  const [one, other] = system.replicas
  const ada = await connectTo(one.url)
  const { meeting } = await ada.join({}, europe)
  const told = () => direct.get('parley:hint:topology/1')
  await waitFor(async () => (await told())?.includes(meeting.incarnation) || missing('the meeting in the hint'), {
    timeoutMs: 30_000,
  })
  await other.end('SIGTERM')
  await system.operator.end('SIGKILL')
  await other.start()
  const bob = await connectTo(other.url)
  const welcome = await bob.join({ sub: 'bob', name: 'Bob' }, europe)
  expect(welcome.meeting).toEqual(meeting)
  expect(namesOf(welcome.roster)).toEqual(['Ada', 'Bob'])
  await system.operator.start()
})

test('the logs of the replicas hold no tokens and no words of people', () => {
  for (const { output } of system.replicas) {
    expect(output()).toContain('client is seated')
    expect(output()).not.toMatch(/text \d|eyJ|Bob|Eve|Late/)
  }
})
