import { Writable } from 'node:stream'

import { ulidSource } from '../../kit/ids.ts'
import { createLog } from '../../kit/log.ts'
import { createPeer } from '../../kit/peer.ts'
import { virtualClock, type VirtualClock } from '../../kit/virtualClock.ts'
import { mintClientToken, type ClientTokenWish } from '../api/mintClientToken.ts'
import type { ClientMethod, ClientNotifications, ClientRequest, ClientResponses } from '../api/protocol.ts'
import type { WsEndpoint } from '../../kit/wsServer.ts'
import { createMemoryBus, type MemoryStreams } from '../bus/memoryBus.ts'
import type { Bus } from '../bus/bus.ts'
import { createNodeLinks, type NodeLinks } from '../nodes/nodeLinks.ts'
import { createRooms, type Rooms } from '../rooms/rooms.ts'
import { createClients, type Clients } from '../session/clients.ts'
import { createClientSession } from '../session/clientSession.ts'
import { createClientTokens } from '../tokens/clientTokens.ts'
import { createResumeTokens } from '../tokens/resumeTokens.ts'
import { createClientEndpoint } from '../ws/clientEndpoint.ts'
import { createFakeAgent, type FakeAgent } from './fakeAgent.ts'
import { createFakePlacement, type FakePlacement } from './fakePlacement.ts'
import { socketPair } from './socketPair.ts'

export const apiKey = { key: 'demo', secret: 'a secret that is long enough to be one', namespaces: ['default', 'sales'] }
export const secret = 'the secret of resume tokens in these tests'

type Told = {
  [Method in keyof ClientNotifications]: { method: Method; data: ClientNotifications[Method] }
}[keyof ClientNotifications]

/** A client of a test. */
export interface TestClient {
  request<Method extends ClientMethod>(method: Method, data: ClientRequest<Method>): Promise<ClientResponses[Method]>
  /** Sends whatever it is given. */
  requestRaw(method: string, data: unknown): Promise<unknown>
  /** Sends text as it is. */
  send(text: string): void
  notify(method: string, data: unknown): void
  /** Joins by a token for `wish`. */
  join(wish?: Partial<ClientTokenWish>, more?: Partial<ClientRequest<'join'>>): Promise<ClientResponses['join']>
  /** What the client was told, oldest first. */
  readonly told: Told[]
  toldOf<Method extends keyof ClientNotifications>(method: Method): ClientNotifications[Method][]
  /** How the server closed the connection. */
  readonly closed: { readonly code: number; readonly reason: string } | undefined
  /** Loses the socket without a word. */
  lose(): void
}

/** One signaling replica of a test. */
export interface Replica {
  readonly clients: Clients
  readonly links: NodeLinks
  readonly rooms: Rooms
  readonly endpoint: WsEndpoint
  readonly connect: () => TestClient
}

/** Replicas, media nodes and a placement, all in memory, with a clock that stands still. */
export interface World {
  readonly clock: VirtualClock
  readonly agents: readonly [FakeAgent, FakeAgent]
  readonly placement: FakePlacement
  readonly streams: MemoryStreams
  readonly logged: string[]
  /** What was answered, as `method code`. */
  readonly answered: string[]
  readonly replica: (options?: { bus?: Bus; maxConnections?: number }) => Replica
  readonly token: (wish?: Partial<ClientTokenWish>) => Promise<string>
}

const lingerMs = 60_000

/** Makes an empty world with two media nodes. */
export function aWorld(): World {
  const clock = virtualClock()
  const mintUlid = ulidSource(() => clock.nowMs())
  const agents = [createFakeAgent('media-a', clock), createFakeAgent('media-b', clock)] as const
  const placement = createFakePlacement(agents, mintUlid)
  const streams: MemoryStreams = new Map()
  const logged: string[] = []
  const answered: string[] = []
  const destination = new Writable({
    write(line: Buffer, _encoding, done) {
      logged.push(line.toString())
      done()
    },
  })
  const log = createLog({ service: 'signaling', level: 'debug', destination })
  const random = (): number => 0.5

  const token: World['token'] = (wish) =>
    mintClientToken(
      apiKey,
      { name: 'Ada', sub: 'ada', video: { room: 'standup', roomJoin: true }, ...wish },
      { nowMs: clock.nowMs(), lifetimeMs: 3_600_000 },
    )

  function testClient(accept: WsEndpoint['onSocket']): TestClient {
    const [near, far] = socketPair()
    const told: Told[] = []
    let closed: TestClient['closed']
    accept(far, undefined as never)
    const peer = createPeer({
      ...{ socket: near, clock, requestTimeoutMs: 60_000, maxConcurrentRequests: 0 },
      onRequest: () => Promise.resolve(undefined),
      onNotification: ({ method, data }) => void told.push({ method, data } as Told),
      onClose: (code, reason) => (closed = { code, reason }),
    })
    const client: TestClient = {
      request: (method, data) => peer.request(method, data) as never,
      requestRaw: (method, data) => peer.request(method, data),
      send: (text) => near.send(text),
      notify: (method, data) => peer.notify(method, data),
      async join(wish, more) {
        const welcome = await client.request('join', { token: await token(wish), ...more })
        await clock.advance(0)
        return welcome
      },
      told,
      toldOf: (method) => told.filter((each) => each.method === method).map(({ data }) => data as never),
      get closed() {
        return closed
      },
      lose() {
        near.close(1006, 'lost')
        near.onClose(1006, 'lost')
      },
    }
    return client
  }

  return {
    clock,
    agents,
    placement,
    streams,
    logged,
    answered,
    token,
    replica({ bus = createMemoryBus({ clock, lingerMs, streams }), maxConnections = 100 } = {}) {
      const rooms = createRooms(bus)
      const clients = createClients()
      const links = createNodeLinks({
        ...{ clock, random, log },
        dial: ({ node }, onClose) =>
          agents.find((agent) => agent.node === node)?.dial(onClose) ?? Promise.reject(new Error(`no agent ${node}`)),
        isListed: (node) => placement.listed.includes(node),
      })
      const deps = {
        ...{ clients, links, rooms, placement, clock, mintUlid, log },
        clientTokens: createClientTokens([apiKey]),
        resumeTokens: createResumeTokens([secret]),
        turn: { urls: ['stun:own:3478'], secrets: ['turn secret'] },
        onEntrance: () => undefined,
      }
      const endpoint = createClientEndpoint({
        ...{ clock, log, maxConnections },
        allowedOrigins: ['https://meet.example.org'],
        connections: () => clients.size,
        openSession: (socket) => createClientSession(deps, socket),
        onAnswered: (method, code) => void answered.push(`${method} ${code}`),
      })
      return { clients, links, rooms, endpoint, connect: () => testClient(endpoint.onSocket) }
    },
  }
}
