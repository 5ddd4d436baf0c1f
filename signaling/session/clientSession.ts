import { commonErrors } from '../../kit/errors.ts'
import { checked } from '../../kit/validation.ts'
import { signalingErrors } from '../api/errors.ts'
import { clientRequests, type ClientMethod, type ClientRequest, type ClientResponses, type MediaMethod } from '../api/protocol.ts'
import { iceServersFor } from '../tokens/iceServers.ts'
import { createClientLife, type ClientLifeDeps, type ClientSocket } from './clientLife.ts'
import { join } from './join.ts'
import { createLimits } from './limits.ts'
import { resume } from './resume.ts'

/** One client's connection: what it asks, checked and answered. */
export interface ClientSession {
  /** Answers a request; `data` is whatever the client sent. */
  request(method: string, data: unknown): Promise<unknown>
  /** Counts a notification, which the protocol has none of; false once there are too many. */
  mayNotify(): boolean
  /** The socket is gone. */
  socketLost(): void
}

function isMethod(method: string): method is ClientMethod {
  return Object.hasOwn(clientRequests, method)
}

/** How long a client waits before it asks again for what its media node must answer. */
const degradedRetryMs = 1_000

/** Makes the session of a new connection. */
export function createClientSession(deps: ClientLifeDeps, socket: ClientSocket): ClientSession {
  const limits = createLimits(deps.clock)
  const life = createClientLife(deps, socket)

  async function media(method: MediaMethod, data: unknown): Promise<unknown> {
    const { seat, turn } = life.seated()
    if (!life.reachable) throw commonErrors.raise.unavailable({ what: 'The media node' }, { retryAfterMs: degradedRetryMs })
    const answer = await seat.request(method, data as never)
    if (method !== 'createTransport' && method !== 'restartIce') return answer
    return { ...answer, iceServers: iceServersFor(seat.participant, turn, deps.clock.nowMs()) }
  }

  function leave(): ClientResponses['leave'] {
    life.leave()
    return {}
  }

  function sendChat({ text, clientMessageId }: ClientRequest<'sendChat'>): Promise<ClientResponses['sendChat']> {
    const { seat, name } = life.seated()
    return seat.room.say({ participant: seat.participant, name, text, clientMessageId })
  }

  async function react({ emoji }: ClientRequest<'react'>): Promise<ClientResponses['react']> {
    const { seat, name } = life.seated()
    await seat.room.react({ participant: seat.participant, name, emoji })
    return {}
  }

  /** What each method does with its checked data; whatever is not here is the media node's to answer. */
  const own: Partial<Record<ClientMethod, (data: never) => unknown>> = {
    join: (ask: ClientRequest<'join'>) => life.enter('join', (host, signal) => join(deps, ask, { host, signal })),
    resume: (ask: ClientRequest<'resume'>) => life.enter('resume', (host) => resume(deps, ask, host)),
    leave,
    sendChat,
    react,
  }

  return {
    async request(method, data) {
      limits.request()
      if (!isMethod(method)) throw signalingErrors.raise.unknown_method({}, { field: 'method' })
      limits.method(method)
      if (method !== 'join' && method !== 'resume') life.seated()
      const request = checked(clientRequests[method], data ?? {}, 'data')
      const answer = own[method]
      return answer ? answer(request as never) : media(method as MediaMethod, request)
    },
    mayNotify: () => limits.mayNotify(),
    socketLost: () => life.socketLost(),
  }
}
