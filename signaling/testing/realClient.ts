import { systemClock } from '../../kit/clock.ts'
import { createPeer } from '../../kit/peer.ts'
import { missing, waitFor } from '../../kit/wait.ts'
import { dialWebSocket } from '../../kit/wsClient.ts'
import { mintClientToken, type ClientTokenWish } from '../api/mintClientToken.ts'
import type { ClientMethod, ClientNotifications, ClientRequest, ClientResponses } from '../api/protocol.ts'
import { clientPath, clientSubprotocol } from '../api/protocol.ts'
import { apiKey } from './world.ts'

/** A client over a real WebSocket, without media of its own. */
export interface RealClient {
  request<Method extends ClientMethod>(method: Method, data: ClientRequest<Method>): Promise<ClientResponses[Method]>
  join(wish: Partial<ClientTokenWish>, more?: Partial<ClientRequest<'join'>>): Promise<ClientResponses['join']>
  toldOf<Method extends keyof ClientNotifications>(method: Method): readonly ClientNotifications[Method][]
  /** Waits until it was told something that fits. */
  told<Method extends keyof ClientNotifications>(
    method: Method,
    fits: (data: ClientNotifications[Method]) => boolean,
  ): Promise<ClientNotifications[Method]>
  /** Loses the connection without a leave. */
  lose(): void
  /** The code by which the server closed the connection. */
  closed(): Promise<number>
}

const timeoutMs = 30_000
const connected = new Set<RealClient>()

/** Lets all clients leave that a test has left behind. */
export async function allLeave(): Promise<void> {
  for (const client of connected) await client.request('leave', {}).catch(() => undefined)
  connected.clear()
}

/** Connects to the replica at `url`. */
export async function connectTo(url: string): Promise<RealClient> {
  const told: { method: string; data: unknown }[] = []
  let closedBy: number | undefined
  const peer = createPeer({
    socket: await dialWebSocket({
      url: `${url}${clientPath}`,
      subprotocol: clientSubprotocol,
      timeoutMs,
      maxFrameBytes: 1_000_000,
    }),
    clock: systemClock,
    requestTimeoutMs: timeoutMs,
    maxConcurrentRequests: 0,
    onRequest: () => Promise.resolve(undefined),
    onNotification: ({ method, data }) => void told.push({ method, data }),
    onClose: (code) => (closedBy = code),
  })
  const client: RealClient = {
    request: (method, data) => peer.request(method, data) as never,
    async join(wish, more) {
      const token = await mintClientToken(
        apiKey,
        { name: 'Ada', sub: 'ada', video: { room: 'standup', roomJoin: true }, ...wish },
        { nowMs: Date.now(), lifetimeMs: 600_000 },
      )
      return client.request('join', { token, ...more })
    },
    toldOf: (method) => told.filter((each) => each.method === method).map(({ data }) => data as never),
    told: (method, fits) =>
      waitFor(
        () => client.toldOf(method).find(fits) ?? missing(`a ${method} that fits; told ${JSON.stringify(told).slice(-1_000)}`),
        {
          timeoutMs,
        },
      ),
    lose: () => peer.close(1000, ''),
    closed: () => waitFor(() => closedBy ?? missing('the end of the connection'), { timeoutMs }),
  }
  connected.add(client)
  return client
}
