import { Device, FakeHandler, testFakeParameters, type types } from 'mediasoup-client'
import { expect, test } from 'vitest'

import { commonErrors } from '../../kit/errors.ts'
import { virtualClock, type VirtualClock } from '../../kit/virtualClock.ts'
import { sfuErrors } from '../../sfu/api/errors.ts'
import { signalingErrors } from '../api/errors.ts'
import { createMeetingClient, type MeetingClient } from './meetingClient.ts'
import { FakeServer } from './testing/fakeServer.ts'
import { fakeTrack, unplug } from './testing/fakeTrack.ts'

interface World {
  readonly clock: VirtualClock
  readonly server: FakeServer
  readonly client: MeetingClient
  readonly devices: types.Device[]
  readonly changeNetwork: () => void
  /** The tracks that came from the server; while it is silent nothing plays of new ones. */
  readonly remote: { silent: boolean; readonly tracks: RemoteTrack[] }
  /** How long the next devices take to be made. */
  readonly making: { takesMs: number }
}

/** What the fake device of mediasoup-client makes of a consumer. */
interface RemoteTrack {
  readonly id: string
  remoteMute(): void
  remoteUnmute(): void
}

function aWorld(options: { replaces?: string } = {}): World {
  const clock = virtualClock()
  const server = new FakeServer(clock)
  const devices: types.Device[] = []
  const remote: World['remote'] = { silent: false, tracks: [] }
  const onConsumer = (consumer: types.Consumer): void => {
    const track = consumer.track as unknown as RemoteTrack
    if (remote.silent) track.remoteMute()
    remote.tracks.push(track)
  }
  let changeNetwork = (): void => undefined
  const making = { takesMs: 0 }
  let messages = 0
  const client = createMeetingClient({
    url: 'wss://meet.example.org/v1/client',
    token: 'ann',
    displayName: 'Ann',
    ...options,
    dial: server.dial,
    clock,
    random: () => 0,
    mintId: () => `message-${++messages}`,
    createDevice() {
      const device = new Device({ handlerFactory: FakeHandler.createFactory(testFakeParameters) })
      device.observer.on('newtransport', (transport) => transport.observer.on('newconsumer', onConsumer))
      devices.push(device)
      return making.takesMs === 0 ? Promise.resolve(device) : clock.sleep(making.takesMs).then(() => device)
    },
    onNetworkChange(listener) {
      changeNetwork = listener
      return () => undefined
    },
  })
  return { clock, server, client, devices, remote, making, changeNetwork: () => changeNetwork() }
}

async function aLiveWorld(options?: { replaces?: string }): Promise<World> {
  const world = aWorld(options)
  world.client.join()
  await world.clock.advance(10)
  expect(world.client.state.life.at).toBe('live')
  return world
}

const subscriptions = ({ state }: MeetingClient): Record<string, string> =>
  Object.fromEntries([...state.subscriptions.values()].map((held) => [held.trackId, held.state]))

test('a joined client shows the meeting, its node and itself', async () => {
  const { client, server } = await aLiveWorld()
  expect(client.state.meeting?.title).toBe('Standup')
  expect(client.state.node).toEqual({ name: 'node-a', region: 'eu', reason: 'the only one' })
  expect(client.state.participants.map(({ participant, self }) => [participant, self])).toEqual([['ann', true]])
  expect(server.sessionOf('ann').name).toBe('Ann')
})

test('a client in line knows its place for as long as it takes, and is let in without asking again', async () => {
  const { client, server, clock } = aWorld()
  server.holdJoins()
  client.join()
  await clock.advance(10)
  for (const position of [3, 3, 2, 1]) {
    server.tellLine(position)
    await clock.advance(9_000)
    expect(client.state.life).toMatchObject({
      at: 'joining',
      doing: 'asking',
      inLine: position,
      trouble: { code: 'waiting_in_line' },
    })
  }
  for (let second = 0; second < 90; second += 5) {
    server.tellLine(1)
    await clock.advance(5_000)
  }
  server.admit()
  await clock.advance(10)
  expect(client.state.life).toEqual(expect.objectContaining({ at: 'live' }))
  expect(server.asked.filter(({ method }) => method === 'join')).toHaveLength(1)
})

test('a client in line that hears nothing any more begins anew', async () => {
  const { client, server, clock } = aWorld()
  server.holdJoins()
  client.join()
  await clock.advance(10)
  server.tellLine(1)
  await clock.advance(9_500)
  expect(client.state.life).toMatchObject({ at: 'joining', inLine: 1 })
  await clock.advance(3_000)
  expect(server.asked.filter(({ method }) => method === 'join').length).toBeGreaterThan(1)
  expect(client.state.life).not.toMatchObject({ inLine: 1 })
  server.admit()
  await clock.advance(30_000)
  expect(client.state.life.at).toBe('live')
})

test('a published track is produced once, muted and closed at the server', async () => {
  const { client, server, clock } = await aLiveWorld()
  const track = fakeTrack('audio')
  client.publish('microphone', track)
  await clock.advance(10)
  const session = server.sessionOf('ann')
  expect([...session.producers.values()]).toMatchObject([{ source: 'microphone', paused: false }])
  expect([...session.transports.values()]).toMatchObject([{ direction: 'send', connected: true }])
  expect(client.state.publications.get('microphone')?.state).toBe('live')

  client.setMuted('microphone', true)
  await clock.advance(10)
  expect([...session.producers.values()]).toMatchObject([{ paused: true }])
  expect(track.enabled).toBe(false)
  expect(client.state.participants[0]?.tracks).toMatchObject([{ source: 'microphone', muted: true }])

  client.setMuted('microphone', false)
  client.unpublish('microphone')
  await clock.advance(10)
  expect(session.producers.size).toBe(0)
  expect(track.readyState).toBe('live')
})

test('what is published muted starts muted, and before the join it waits for it', async () => {
  const { client, server, clock } = aWorld()
  client.publish('camera', fakeTrack('video'), { muted: true })
  client.join()
  await clock.advance(10)
  expect([...server.sessionOf('ann').producers.values()]).toMatchObject([{ source: 'camera', paused: true }])
})

test('what the token does not allow is never asked for', async () => {
  const world = aWorld()
  world.server.mayPublish = ['microphone']
  world.client.publish('camera', fakeTrack('video'))
  world.client.publish('microphone', fakeTrack('audio'))
  world.client.join()
  await world.clock.advance(10)
  expect(world.server.asked.filter(({ method }) => method === 'produce')).toHaveLength(1)
  expect([...world.server.sessionOf('ann').producers.values()]).toMatchObject([{ source: 'microphone' }])
})

test('a camera that is off is no trouble in a new session, and on again it is sent', async () => {
  const { client, server, clock } = await aLiveWorld()
  const off = fakeTrack('video')
  client.publish('camera', off)
  await clock.advance(10)
  client.setMuted('camera', true)
  off.stop()
  server.tell('session', { state: 'rejoin', why: 'gone' })
  await clock.advance(5_000)
  expect(client.state.publications.get('camera')?.trouble).toBeUndefined()
  expect(server.sessionOf('ann').producers.size).toBe(0)
  client.publish('camera', fakeTrack('video'))
  await clock.advance(10)
  expect([...server.sessionOf('ann').producers.values()]).toMatchObject([{ source: 'camera', paused: false }])
})

test('a device that is pulled out is not published any more', async () => {
  const { client, server, clock } = await aLiveWorld()
  const ended: string[] = []
  client.on('trackEnded', ({ source }) => ended.push(source))
  const track = fakeTrack('video')
  client.publish('camera', track)
  await clock.advance(10)
  unplug(track)
  await clock.advance(10)
  expect(server.sessionOf('ann').producers.size).toBe(0)
  expect(ended).toEqual(['camera'])
})

test('others are heard and seen: consumed, and resumed when this side is ready', async () => {
  const { client, server, clock } = await aLiveWorld()
  server.guest('bob', 'microphone', 'camera')
  await clock.advance(10)
  const consumers = [...server.sessionOf('ann').consumers.values()]
  expect(consumers).toMatchObject([
    { trackId: 'bob/microphone', paused: false },
    { trackId: 'bob/camera', paused: false },
  ])
  expect(subscriptions(client)).toEqual({ 'bob/microphone': 'live', 'bob/camera': 'live' })

  server.guestLeaves('bob')
  await clock.advance(1_000)
  expect(subscriptions(client)).toEqual({})
})

test('the seventh picture comes on demand only', async () => {
  const { client, server, clock } = await aLiveWorld()
  const names = ['b', 'c', 'd', 'e', 'f', 'g', 'h']
  for (const name of names) server.guest(name, 'camera')
  await clock.advance(10)
  expect(Object.keys(subscriptions(client))).toEqual(['b', 'c', 'd', 'e', 'f', 'g'].map((name) => `${name}/camera`))
  client.watch('h/camera', true)
  client.watch('b/camera', false)
  await clock.advance(10)
  const watched = [...server.sessionOf('ann').consumers.values()].map(({ trackId }) => trackId)
  expect(watched.toSorted()).toEqual(['c', 'd', 'e', 'f', 'g', 'h'].map((name) => `${name}/camera`))
})

test('a replaced producer is consumed anew before the old consumer goes', async () => {
  const { client, server, clock } = await aLiveWorld()
  const shown = (): MediaStreamTrack => client.state.subscriptions.get('bob/camera')?.track ?? fakeTrack('video')
  server.guest('bob', 'camera')
  await clock.advance(10)
  const before = shown()
  server.reproduce('bob', 'camera')
  await clock.advance(10)
  expect(shown().id).not.toBe(before.id)
  expect([before.readyState, shown().readyState]).toEqual(['live', 'live'])
  expect(server.sessionOf('ann').consumers.size).toBe(2)
  await clock.advance(1_000)
  expect([before.readyState, shown().readyState]).toEqual(['ended', 'live'])
  expect(server.sessionOf('ann').consumers.size).toBe(1)
})

test('a track that comes another way is consumed anew, shown when it plays, and only then the old consumer goes', async () => {
  const { client, server, clock, remote } = await aLiveWorld()
  const shown = (): string => client.state.subscriptions.get('bob/camera')?.track?.id ?? 'nothing'
  server.guest('bob', 'camera')
  await clock.advance(10)
  const before = shown()
  remote.silent = true
  server.reroute('bob', 'camera')
  await clock.advance(2_000)
  expect([shown() === before, server.sessionOf('ann').consumers.size]).toEqual([true, 2])
  const next = remote.tracks.at(-1)
  next?.remoteUnmute()
  expect(shown()).toBe(next?.id)
  await clock.advance(1_000)
  expect(server.sessionOf('ann').consumers.size).toBe(1)
})

test('a client that is sent on before it has settled keeps nothing of where it was first', async () => {
  const { client, server, clock, devices, making } = await aLiveWorld()
  const transports: types.Transport[] = []
  devices[0]?.observer.on('newtransport', (transport) => transports.push(transport))
  server.guest('bob', 'camera')
  await clock.advance(10)
  making.takesMs = 2_000
  for (let turn = 0; turn < 2; turn++) {
    server.tell('session', { state: 'rejoin', why: 'The media node is gone.', excludeNodes: ['node-a'] })
    await clock.advance(500)
  }
  await clock.advance(10_000)
  expect([client.state.life.at, devices.length]).toEqual(['live', 3])
  expect(transports.map(({ closed }) => closed)).toEqual([true])
})

test('a track that cannot be had yet is tried again, one that never can is not', async () => {
  const { client, server, clock } = await aLiveWorld()
  server.refuseNext('consume', sfuErrors.raise.pipe_unavailable({}))
  server.guest('bob', 'microphone')
  await clock.advance(10)
  expect(client.state.subscriptions.get('bob/microphone')?.trouble?.code).toBe('pipe_unavailable')
  await clock.advance(1_000)
  expect(subscriptions(client)).toEqual({ 'bob/microphone': 'live' })

  server.refuseNext('consume', sfuErrors.raise.cannot_consume({}))
  server.guest('eve', 'camera')
  await clock.advance(60_000)
  expect(subscriptions(client)['eve/camera']).toBe('failed')
})

test('a lost socket is resumed with everything in its place', async () => {
  const { client, server, clock } = await aLiveWorld()
  client.publish('microphone', fakeTrack('audio'))
  server.guest('bob', 'camera')
  await clock.advance(10)
  const session = server.sessionOf('ann')
  const before = { producers: [...session.producers.keys()], consumers: [...session.consumers.keys()] }
  server.dropSockets()
  await clock.advance(0)
  expect(client.state.life.at).toBe('reconnecting')
  expect(session.connected).toBe(false)
  server.guest('carl', 'microphone')
  await clock.advance(1_000)
  expect(client.state.life.at).toBe('live')
  expect(server.sessionOf('ann')).toBe(session)
  expect([...session.producers.keys()]).toEqual(before.producers)
  expect([...session.consumers.keys()].slice(0, 1)).toEqual(before.consumers)
  expect(subscriptions(client)).toEqual({ 'bob/camera': 'live', 'carl/microphone': 'live' })
})

test('what was muted and published while away is told after the resume', async () => {
  const { client, server, clock } = await aLiveWorld()
  client.publish('microphone', fakeTrack('audio'))
  await clock.advance(10)
  server.dropSockets()
  await clock.advance(0)
  client.setMuted('microphone', true)
  client.publish('camera', fakeTrack('video'))
  await clock.advance(2_000)
  expect([...server.sessionOf('ann').producers.values()]).toMatchObject([
    { source: 'microphone', paused: true },
    { source: 'camera', paused: false },
  ])
})

test('what the server lost meanwhile is made again, what nobody knows any more is closed there', async () => {
  const { client, server, clock } = await aLiveWorld()
  client.publish('microphone', fakeTrack('audio'))
  server.guest('bob', 'camera')
  await clock.advance(10)
  const session = server.sessionOf('ann')
  server.dropSockets()
  session.producers.clear()
  session.consumers.clear()
  session.producers.set('stray', { id: 'stray', source: 'screen', paused: false })
  await clock.advance(2_000)
  expect([...session.producers.values()].map(({ source }) => source)).toEqual(['microphone'])
  expect([...session.consumers.values()].map(({ trackId }) => trackId)).toEqual(['bob/camera'])
  expect(subscriptions(client)).toEqual({ 'bob/camera': 'live' })
})

test('a refused resume joins again in the same place and publishes again', async () => {
  const { client, server, clock } = await aLiveWorld()
  const track = fakeTrack('video')
  client.publish('camera', track, { muted: true })
  server.guest('bob', 'microphone')
  await clock.advance(10)
  const before = server.sessionOf('ann')
  server.refuseNext('resume', sfuErrors.raise.attachment_gone({}))
  server.dropSockets()
  await clock.advance(2_000)
  const session = server.sessionOf('ann')
  expect(session).not.toBe(before)
  expect([...session.producers.values()]).toMatchObject([{ source: 'camera', paused: true }])
  expect(track.readyState).toBe('live')
  expect(subscriptions(client)).toEqual({ 'bob/microphone': 'live' })
})

test('told to join again, it excludes the nodes it was told of', async () => {
  const { client, server, clock } = await aLiveWorld()
  server.tell('session', { state: 'degraded', why: 'The media node does not answer.' })
  await clock.advance(10)
  expect(client.state.session).toEqual({ state: 'degraded', why: 'The media node does not answer.' })
  server.tell('session', { state: 'rejoin', why: 'The media node is gone.', excludeNodes: ['node-a'] })
  await clock.advance(100)
  expect(client.state).toMatchObject({ life: { at: 'live' }, session: { state: 'live' } })
  const joins = server.asked.filter(({ method }) => method === 'join')
  expect(joins.map(({ data }) => data)).toMatchObject([{ token: 'ann' }, { token: 'ann', excludeNodes: ['node-a'] }])
  expect(server.sessionOf('ann').connected).toBe(true)
})

test('while its media node is out of reach nothing fails for good', async () => {
  const { client, server, clock } = await aLiveWorld()
  const away = commonErrors.raise.unavailable({ what: 'The media node' })
  for (let times = 0; times < 7; times++) server.refuseNext('createTransport', away)
  server.tell('session', { state: 'degraded', why: 'no answer' })
  client.publish('microphone', fakeTrack('audio'))
  await clock.advance(120_000)
  expect(client.state.publications.get('microphone')?.state).toBe('failed')
  server.tell('session', { state: 'live', why: 'back' })
  await clock.advance(100)
  expect(client.state.publications.get('microphone')?.state).toBe('live')
})

test('a media node that neither signaling nor media reaches is left at once', async () => {
  const { client, server, clock } = await aLiveWorld()
  client.publish('microphone', fakeTrack('audio'))
  await clock.advance(10)
  server.tell('session', { state: 'degraded', why: 'no answer' })
  await clock.advance(2_000)
  expect(server.asked.filter(({ method }) => method === 'join')).toHaveLength(1)
  await clock.advance(2_500)
  const [, again] = server.asked.filter(({ method }) => method === 'join')
  expect(again?.data).toMatchObject({ excludeNodes: ['node-a'] })
  expect(server.sessionOf('ann').producers.size).toBe(1)
})

test('a second media node that is lost soon after the first is left as well, within seconds', async () => {
  const { client, server, clock } = await aLiveWorld()
  client.publish('microphone', fakeTrack('audio'))
  await clock.advance(10)
  for (const joins of [2, 3, 4]) {
    server.tell('session', { state: 'degraded', why: 'no answer' })
    await clock.advance(8_000)
    expect(server.asked.filter(({ method }) => method === 'join')).toHaveLength(joins)
    expect(client.state.life.at).toBe('live')
  }
  expect(server.sessionOf('ann').producers.size).toBe(1)
})

test('a change of the network restarts ICE both ways with fresh servers', async () => {
  const { client, server, clock, changeNetwork } = await aLiveWorld()
  client.publish('microphone', fakeTrack('audio'))
  server.guest('bob', 'microphone')
  await clock.advance(10)
  changeNetwork()
  await clock.advance(10)
  const restarts = [...server.sessionOf('ann').transports.values()].map(({ direction, iceRestarts }) => [direction, iceRestarts])
  expect(restarts).toEqual([
    ['send', 1],
    ['recv', 1],
  ])
})

test('a roster with a missing step is asked for again', async () => {
  const { client, server, clock } = await aLiveWorld()
  server.revision += 1
  server.guest('bob', 'microphone')
  await clock.advance(0)
  expect(client.state.life.at).toBe('reconnecting')
  await clock.advance(1_000)
  expect(client.state.life.at).toBe('live')
  expect(client.state.participants.map(({ participant }) => participant)).toContain('bob')
})

test('a server that falls silent is noticed by the first question, and left', async () => {
  const { client, server, clock } = await aLiveWorld()
  server.answering = false
  client.publish('microphone', fakeTrack('audio'))
  await clock.advance(9_000)
  expect(client.state.life.at).toBe('live')
  server.reachable = false
  await clock.advance(2_000)
  expect(client.state.life.at).toBe('reconnecting')
  server.answering = true
  server.reachable = true
  await clock.advance(15_000)
  expect(client.state.life.at).toBe('live')
  expect(server.sessionOf('ann').producers.size).toBe(1)
})

test('chat is sent once, also over a lost socket, and a refused message can be sent again', async () => {
  const { client, server, clock } = await aLiveWorld()
  client.sendChat('hello')
  expect(client.state.chat).toMatchObject([{ text: 'hello', state: 'sending' }])
  await clock.advance(10)
  expect(client.state.chat).toMatchObject([{ id: '1-0', text: 'hello', state: 'sent' }])

  server.dropSockets()
  await clock.advance(0)
  client.sendChat('still there?')
  await clock.advance(2_000)
  expect(server.chat.map(({ text }) => text)).toEqual(['hello', 'still there?'])

  server.refuseNext('sendChat', signalingErrors.raise.chat_unavailable({}))
  client.sendChat('one more')
  await clock.advance(10)
  const failed = client.state.chat.at(-1)
  expect(failed).toMatchObject({ state: 'failed', trouble: { code: 'chat_unavailable' } })
  client.retryChat(failed?.clientMessageId ?? '')
  await clock.advance(10)
  expect(client.state.chat.map(({ text, state }) => [text, state])).toEqual([
    ['hello', 'sent'],
    ['still there?', 'sent'],
    ['one more', 'sent'],
  ])
})

test('leaving ends the session at the server and leaves no timer behind', async () => {
  const { client, server, clock } = await aLiveWorld()
  client.publish('microphone', fakeTrack('audio'))
  server.guest('bob', 'microphone', 'camera')
  await clock.advance(10)
  const leaving = client.leave()
  await clock.advance(10)
  await leaving
  expect(client.state.life).toEqual({ at: 'closed', code: 'left', why: 'You left the meeting.' })
  expect(server.sessions.size).toBe(0)
  expect(clock.pending()).toBe(0)
})

test('the end of the meeting closes the client with the reason', async () => {
  const { client, server, clock } = await aLiveWorld()
  server.tell('closed', { code: 'removed', why: 'A moderator removed you.' })
  await clock.advance(10)
  expect(client.state.life).toEqual({ at: 'closed', code: 'removed', why: 'A moderator removed you.' })
  expect(clock.pending()).toBe(0)
})
