import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { missing, waitFor } from '../kit/wait.ts'
import { mintClientToken } from './api/mintClientToken.ts'
import { clientPath } from './api/protocol.ts'
import type { MeetingState } from './client/state.ts'
import {
  createSyntheticParticipant,
  type SyntheticOptions,
  type SyntheticParticipant,
} from './client/synthetic/syntheticParticipant.ts'
import { placementToken, startInstallation, type Installation, type Process } from './testing/installation.ts'
import { connectTo } from './testing/realClient.ts'
import { startRedis, type RedisServer } from './testing/redisServer.ts'
import { apiKey } from './testing/world.ts'

let redis: RedisServer
let system: Installation
const present: SyntheticParticipant[] = []

beforeAll(async () => {
  redis = await startRedis()
  system = await startInstallation(redis.url)
  for (const region of ['eu-west', 'us-east']) await waitFor(() => placesIn(region), { timeoutMs: 30_000, pollMs: 500 })
})
afterEach(async () => {
  await Promise.all(present.splice(0).map((participant) => participant.leave()))
})
afterAll(async () => {
  await system?.stop()
  await redis?.stop()
})

/** Whether people who name a region are placed there: a busy machine may need a moment until both nodes are heard of. */
async function placesIn(region: string) {
  const probe = await connectTo(system.replicas[0].url)
  const { node } = await probe.join({ sub: 'probe' }, { region })
  await probe.request('leave', {})
  return node.region === region ? true : missing(`a place in ${region}: ${node.reason}`)
}

const tokenOf = (sub: string): Promise<string> =>
  mintClientToken(
    apiKey,
    { sub, name: sub, video: { room: 'standup', roomJoin: true } },
    { nowMs: Date.now(), lifetimeMs: 600_000 },
  )
const socketOf = (replica: Process): string => `${replica.url}${clientPath}`

/** Joins with sound and picture; leaves after the test. */
async function arrive(
  name: string,
  replica: Process,
  more: Partial<SyntheticOptions> & { region: string },
): Promise<SyntheticParticipant> {
  const participant = createSyntheticParticipant({ url: socketOf(replica), token: await tokenOf(name), ...more })
  present.push(participant)
  participant.publish('microphone')
  participant.publish('camera')
  await participant.join()
  return participant
}

/** Waits until `one` has decoded more pictures and more sound of `other` than when it was called. */
async function receivesMore(one: SyntheticParticipant, other: SyntheticParticipant): Promise<void> {
  const name = other.participant
  const frames = one.framesReceivedFrom(name)
  const energy = one.audioEnergyFrom(name)
  await waitFor(
    () => {
      const now = [one.framesReceivedFrom(name) - frames, one.audioEnergyFrom(name) - energy] as const
      return now[0] >= 10 && now[1] > 0.005
        ? true
        : missing(`pictures and sound of ${name} at ${one.participant}: ${now.join(', ')}; ${pathsOf(one.client.state)}`)
    },
    { timeoutMs: 30_000 },
  )
}

function pathsOf({ life, sendPath, recvPath, subscriptions }: MeetingState): string {
  const troubles = [...subscriptions.values()].map(({ trackId, state, trouble }) => `${trackId} ${state} ${trouble?.code ?? ''}`)
  return [life.at, sendPath, recvPath, ...troubles].join(', ')
}

const bothWays = (one: SyntheticParticipant, other: SyntheticParticipant): Promise<unknown> =>
  Promise.all([receivesMore(one, other), receivesMore(other, one)])

test('two participants on two media nodes see and hear each other, and go without a trace', async () => {
  const [here, there] = system.replicas
  const ada = await arrive('ada', here, { region: 'eu-west', toneHz: 440 })
  const bob = await arrive('bob', there, { region: 'us-east', toneHz: 660 })
  expect([ada, bob].map(({ client }) => client.state.node)).toMatchObject([
    { name: 'media-a', region: 'eu-west' },
    { name: 'media-b', region: 'us-east' },
  ])
  await bothWays(ada, bob)
  // libwebrtc may begin with a smaller picture, never with one of another shape.
  const { widthPixels, heightPixels } = ada.receivedFrom('bob', 'camera')
  expect(widthPixels / heightPixels).toBeCloseTo(16 / 9, 5)

  await bob.leave()
  await waitFor(() => ada.client.state.participants.length === 1 || missing('a meeting of one'), { timeoutMs: 30_000 })
  expect(ada.client.state.subscriptions.size).toBe(0)
})

test('one who is moved by the placement API is seen and heard from the other node, and nobody sees them leave', async () => {
  const [here, there] = system.replicas
  const ada = await arrive('ada', here, { region: 'eu-west', toneHz: 440 })
  const bob = await arrive('bob', there, { region: 'us-east', toneHz: 660 })
  await bothWays(ada, bob)
  const withoutAda: MeetingState[] = []
  const stop = bob.client.subscribe((state) => {
    if (!state.participants.some(({ participant }) => participant === 'ada')) withoutAda.push(state)
  })
  const path = '/v1/namespaces/default/meetings/standup/placements/ada/move'
  const answer = await fetch(`${system.operator.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${placementToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ attachment: ada.client.state.self?.attachment, node: 'media-b', reason: 'a test' }),
  })
  expect(await answer.json()).toMatchObject({ result: 'ordered', from: 'media-a', node: 'media-b' })
  await waitFor(() => ada.client.state.node?.name === 'media-b' || missing(`ada at media-b: ${pathsOf(ada.client.state)}`), {
    timeoutMs: 30_000,
  })
  expect(ada.client.state.node?.reason).toMatch(/^moved from media-a: a test; hosts the meeting in us-east/)
  await bothWays(ada, bob)
  stop()
  expect(withoutAda).toEqual([])
})

test('a muted microphone is silent, and heard again afterwards', async () => {
  const [here, there] = system.replicas
  const ada = await arrive('ada', here, { region: 'eu-west' })
  const bob = await arrive('bob', there, { region: 'us-east' })
  await bothWays(ada, bob)
  ada.client.setMuted('microphone', true)
  await waitFor(
    () =>
      bob.client.state.participants.some(({ participant, tracks }) =>
        participant === 'ada' ? tracks.some(({ source, muted }) => source === 'microphone' && muted) : false,
      ) || missing('the muted sign at bob'),
    { timeoutMs: 30_000 },
  )
  const frames = bob.framesReceivedFrom('ada')
  const energy = bob.audioEnergyFrom('ada')
  await waitFor(() => bob.framesReceivedFrom('ada') >= frames + 15 || missing('pictures of a muted ada'), { timeoutMs: 30_000 })
  // What the jitter buffer still held when she was muted, and no more.
  expect(bob.audioEnergyFrom('ada') - energy).toBeLessThan(0.01)
  ada.client.setMuted('microphone', false)
  await receivesMore(bob, ada)
})

test('a lost signaling server leaves media alone, and is resumed when it is back', async () => {
  const [here, there] = system.replicas
  const ada = await arrive('ada', here, { region: 'eu-west' })
  const bob = await arrive('bob', there, { region: 'us-east' })
  await bothWays(ada, bob)
  const attachment = ada.client.state.self?.attachment
  await here.end('SIGKILL')
  await waitFor(() => ada.client.state.life.at === 'reconnecting' || missing('a client that reconnects'), { timeoutMs: 30_000 })
  await bothWays(ada, bob)
  expect(ada.client.state.life.at).toBe('reconnecting')
  await here.start()
  await waitFor(() => ada.client.state.life.at === 'live' || missing('a client that is back'), { timeoutMs: 30_000 })
  expect(ada.client.state.self?.attachment).toBe(attachment)
  ada.client.sendChat('back again')
  await waitFor(() => bob.client.state.chat.some(({ text: said }) => said === 'back again') || missing('chat'), {
    timeoutMs: 30_000,
  })
  await bothWays(ada, bob)
})

test('another network restarts ICE, and media goes on', async () => {
  const [here, there] = system.replicas
  let changeNetwork = (): void => undefined
  const onNetworkChange = (listener: () => void): (() => void) => {
    changeNetwork = listener
    return () => undefined
  }
  const ada = await arrive('ada', here, { region: 'eu-west', onNetworkChange })
  const bob = await arrive('bob', there, { region: 'us-east' })
  await bothWays(ada, bob)
  changeNetwork()
  await bothWays(ada, bob)
  expect(ada.client.state).toMatchObject({ life: { at: 'live' }, sendPath: 'connected', recvPath: 'connected' })
})

test('a media node that dies is left for the other one, and everybody is seen again', async () => {
  const [here, there] = system.replicas
  const ada = await arrive('ada', here, { region: 'eu-west' })
  const bob = await arrive('bob', there, { region: 'us-east' })
  await bothWays(ada, bob)
  await system.nodes[0].end('SIGKILL')
  try {
    await waitFor(() => ada.client.state.node?.name === 'media-b' || missing(`ada at media-b: ${pathsOf(ada.client.state)}`), {
      timeoutMs: 30_000,
    })
    await bothWays(ada, bob)
  } finally {
    await system.nodes[0].start()
    await system.nodesAccept()
  }
})

/** What a visit of some seconds by the command line told. */
async function visitOf(seconds: number): Promise<{ received: { participant: string; frames: number; audioEnergy: number }[] }> {
  const entry = join(import.meta.dirname, 'client/synthetic/main.ts')
  const args = ['--url', socketOf(system.replicas[0]), '--region', 'eu-west', '--seconds', String(seconds)]
  const child = spawn(process.execPath, [entry, ...args], {
    env: { ...process.env, PARLEY_TOKEN: await tokenOf('visitor') },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const output = await text(child.stdout)
  expect(await ended).toEqual([0, null])
  return JSON.parse(output) as Awaited<ReturnType<typeof visitOf>>
}

test('a visit from the command line ends by itself, and tells what it received', async () => {
  const bob = await arrive('bob', system.replicas[1], { region: 'us-east' })
  // A busy machine shows less in the same time, so what was seen is looked at after more of it.
  for (const seconds of [4, 10, 30]) {
    const visit = await visitOf(seconds)
    expect(visit).toMatchObject({ participant: 'visitor', node: 'media-a', received: [{ participant: bob.participant }] })
    const [{ frames, audioEnergy } = { frames: 0, audioEnergy: 0 }] = visit.received
    if (frames > 5 && audioEnergy > 0.005) return
  }
  throw new Error('thirty seconds showed no picture or no sound')
})

test('a token of nobody is refused by name', async () => {
  const stranger = createSyntheticParticipant({ url: socketOf(system.replicas[0]), token: 'not.a.token', displayName: 'Eve' })
  present.push(stranger)
  await expect(stranger.join()).rejects.toMatchObject({ code: 'token_invalid' })
})
