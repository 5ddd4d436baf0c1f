import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'

import { commonErrors } from './errors.ts'
import type { FrameSocket } from './peer.ts'
import { virtualClock, type VirtualClock } from './virtualClock.ts'
import { dialWebSocket } from './wsClient.ts'
import { missing, waitFor } from './wait.ts'
import { serveWebSockets } from './wsServer.ts'

const cleanUps: (() => void)[] = []
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp()
})

interface Served {
  readonly url: string
  readonly clock: VirtualClock
  readonly sockets: FrameSocket[]
}

async function serve(authorize?: () => Promise<void>): Promise<Served> {
  const server: Server = createServer()
  const clock = virtualClock()
  const sockets: FrameSocket[] = []
  const endpoint = { path: '/ws', subprotocol: 'test', onSocket: (socket: FrameSocket) => void sockets.push(socket) }
  const served = serveWebSockets({
    server,
    endpoints: [authorize ? { ...endpoint, authorize } : endpoint],
    maxFrameBytes: 100,
    maxBufferedBytes: 1_000_000,
    pingPeriodMs: 10_000,
    clock,
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanUps.push(() => {
    served.close()
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, clock, sockets }
}

const dial = (url: string, path = '/ws') =>
  dialWebSocket({ url: `${url}${path}`, subprotocol: 'test', timeoutMs: 2_000, maxFrameBytes: 100 })
const closing = (socket: FrameSocket) => new Promise<number>((resolve) => (socket.onClose = resolve))

test('text goes both ways', async () => {
  const { url, sockets } = await serve()
  const client = await dial(url)
  const answer = new Promise<string>((resolve) => (client.onText = resolve))
  const [server] = sockets
  if (!server) throw new Error('no socket at the server')
  server.onText = (text) => server.send(`${text}!`)
  client.send('hello')
  expect(await answer).toBe('hello!')
})

test('a frame over the limit closes the connection with 1009', async () => {
  const { url } = await serve()
  const client = await dial(url)
  const closed = closing(client)
  client.send('x'.repeat(101))
  expect(await closed).toBe(1009)
})

test('a refusal and an unknown path end the handshake', async () => {
  const refusing = await serve(async () => {
    throw commonErrors.raise.unauthorized({ why: 'no token' })
  })
  await expect(dial(refusing.url)).rejects.toMatchObject({ code: 'unauthorized', status: 401 })
  await expect(dial(refusing.url, '/other')).rejects.toMatchObject({ code: 'not_found', status: 404 })
})

test('a socket that answers no ping is terminated after the second period', async () => {
  const { url, clock, sockets } = await serve()
  const deaf = new WebSocket(url.replace('http', 'ws') + '/ws', ['test'], { autoPong: false })
  await new Promise((resolve) => deaf.once('open', resolve))
  const [server] = sockets
  if (!server) throw new Error('no socket at the server')
  const closed = closing(server)
  await clock.advance(20_000)
  expect(await closed).toBe(1006)
})

test('a socket that does not read is terminated once too much waits for it', async () => {
  const { url, sockets } = await serve()
  const lazy = new WebSocket(url.replace('http', 'ws') + '/ws', ['test'])
  await new Promise((resolve) => lazy.once('open', resolve))
  lazy.pause()
  const [server] = sockets
  if (!server) throw new Error('no socket at the server')
  const closed = closing(server)
  for (let sent = 0; sent < 100; sent++) {
    server.send('x'.repeat(100_000))
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(await closed).toBe(1006)
})

test('a server that answers no ping is left after the second period', async () => {
  const clock = virtualClock()
  const deaf = new WebSocketServer({ port: 0, host: '127.0.0.1', autoPong: false })
  await new Promise((resolve) => deaf.once('listening', resolve))
  cleanUps.push(() => deaf.close())
  const client = await dialWebSocket({
    url: `http://127.0.0.1:${(deaf.address() as AddressInfo).port}`,
    subprotocol: 'test',
    timeoutMs: 2_000,
    maxFrameBytes: 100,
    keepAlive: { clock, periodMs: 1_000 },
  })
  const closed = closing(client)
  await clock.advance(1_000)
  await clock.advance(1_000)
  expect(await closed).toBe(1006)
  expect(clock.pending()).toBe(0)
})

test('answers wait while the other side does not read, and come in order once it does; who goes away leaves nobody waiting', async () => {
  const { url, sockets } = await serve()
  const client = new WebSocket(`${url.replace('http', 'ws')}/ws`, ['test'])
  cleanUps.push(() => client.terminate())
  await once(client, 'open')
  const [server] = sockets
  if (server?.sendInTurn === undefined) throw new Error('no socket at the server that sends in turn')
  const inTurn = (letter: string) => server.sendInTurn?.(() => letter.repeat(16_000_000))
  const all = async (turns: readonly (Promise<void> | undefined)[]): Promise<void> => {
    for (const turn of turns) await turn
  }
  const came: string[] = []
  client.on('message', (data) => came.push((data as Buffer).toString('utf8', 0, 1)))
  client.pause()
  const turns = ['a', 'b', 'c'].map(inTurn)
  expect(turns.map((turn) => turn instanceof Promise)).toEqual([false, true, true])
  client.resume()
  await all(turns)
  await waitFor(() => came.length === 3 || missing(`three answers, not ${came.join()}`), { timeoutMs: 30_000 })
  expect(came).toEqual(['a', 'b', 'c'])
  client.pause()
  const last = ['d', 'e'].map(inTurn)
  client.terminate()
  await all(last)
  expect(came).toHaveLength(3)
})
