import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'

import { serveWebSockets } from '../../kit/wsServer.ts'
import { aWorld, type World } from '../testing/world.ts'
import { maxClientBufferedBytes, maxClientFrameBytes } from './clientEndpoint.ts'

const cleanUps: (() => void)[] = []
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp()
})

/** The client endpoint of a world's replica, on a real port. */
async function serve(world: World, maxConnections?: number): Promise<string> {
  const server = createServer()
  const { endpoint } = world.replica(maxConnections === undefined ? {} : { maxConnections })
  const sockets = serveWebSockets({
    ...{ server, clock: world.clock, pingPeriodMs: 60_000 },
    endpoints: [endpoint],
    maxFrameBytes: maxClientFrameBytes,
    maxBufferedBytes: maxClientBufferedBytes,
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanUps.push(() => {
    sockets.close()
    server.closeAllConnections()
    server.close()
  })
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v1/client`
}

/** A bare WebSocket: what a client of another make sends and sees. */
async function dial(url: string, headers: Record<string, string> = {}) {
  const socket = new WebSocket(url, ['protoo'], { headers })
  const frames: unknown[] = []
  socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString())))
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  await once(socket, 'open')
  cleanUps.push(() => socket.terminate())
  return {
    socket,
    frames,
    closed,
    send: (frame: unknown) => socket.send(JSON.stringify(frame)),
    next: () => once(socket, 'message'),
  }
}
const refusedWith = async (dialled: Promise<unknown>): Promise<string> =>
  dialled.then(
    () => 'accepted',
    (error: Error) => error.message,
  )

test("frames have protoo's shapes, answers and refusals alike", async () => {
  const world = aWorld()
  const { socket, frames, send, next, closed } = await dial(await serve(world))
  expect(socket.protocol).toBe('protoo')
  send({ request: true, id: 4_711, method: 'join', data: { token: 'x' } })
  await next()
  send({ request: true, id: 4_712, method: 'join', data: { token: await world.token() } })
  await next()
  expect(frames).toEqual([
    {
      ...{ response: true, id: 4_711, ok: false, errorCode: 401 },
      errorReason: 'The token cannot be used: it is not a signed JWT.',
      error: { code: 'token_invalid', retry: 'never', field: 'data.token' },
    },
    {
      response: true,
      id: 4_712,
      ok: true,
      data: expect.objectContaining({ sessionEpoch: expect.any(Number) as number }) as object,
    },
  ])
  await world.clock.advance(0)
  send({ request: true, id: 4_713, method: 'leave', data: {} })
  await next()
  const told = next()
  await world.clock.advance(0)
  await told
  expect(frames.slice(2)).toEqual([
    { response: true, id: 4_713, ok: true, data: {} },
    { notification: true, method: 'closed', data: { code: 'left', why: 'You left the meeting.' } },
  ])
  expect(await closed).toBe(4000)
})

test('a frame over the limit closes the connection with 1009, a binary one with 1008', async () => {
  const url = await serve(aWorld())
  const [large, binary] = [await dial(url), await dial(url)]
  large.socket.send('x'.repeat(maxClientFrameBytes + 1))
  binary.socket.send(Buffer.from('{}'))
  expect([await large.closed, await binary.closed]).toEqual([1009, 1008])
})

test('a connection without a join ends with 4001', async () => {
  const world = aWorld()
  const { closed } = await dial(await serve(world))
  await world.clock.advance(10_000)
  expect(await closed).toBe(4001)
})

test('only pages of the allowed origins connect; what is no browser sends none', async () => {
  const url = await serve(aWorld())
  expect(await refusedWith(dial(url, { origin: 'https://evil.example.org' }))).toContain('403')
  expect(await refusedWith(dial(url, { origin: 'https://meet.example.org' }))).toBe('accepted')
  expect(await refusedWith(dial(url))).toBe('accepted')
})

test('a full replica refuses before it upgrades', async () => {
  const url = await serve(aWorld(), 1)
  await dial(url)
  expect(await refusedWith(dial(url))).toContain('503')
})

test('a client that does not read is cut off, and the others go on', async () => {
  const world = aWorld()
  const url = await serve(world)
  const [lazy, ada] = [await dial(url), await dial(url)]
  for (const [each, sub] of [
    [lazy, 'lazy'],
    [ada, 'ada'],
  ] as const) {
    each.send({ request: true, id: 1, method: 'join', data: { token: await world.token({ sub }) } })
    await each.next()
  }
  await world.clock.advance(0)
  lazy.socket.pause()
  const [agent] = world.agents
  const [{ attachment } = { attachment: '' }] = agent.sessions.values()
  const state = { transportId: 'x'.repeat(60_000), iceState: 'connected', dtlsState: 'connected' }
  for (let each = 0; each < 400 && agent.sessions.get(attachment)?.peer; each++) {
    agent.tell(attachment, 'transportState', state)
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(agent.sessions.get(attachment)?.peer).toBeUndefined()
  ada.send({ request: true, id: 2, method: 'react', data: { emoji: '👍' } })
  await ada.next()
  expect(ada.socket.readyState).toBe(WebSocket.OPEN)
})
