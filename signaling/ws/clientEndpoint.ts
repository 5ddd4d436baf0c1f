import type { IncomingMessage } from 'node:http'

import type { Clock } from '../../kit/clock.ts'
import { commonErrors, type CodedError } from '../../kit/errors.ts'
import type { Log } from '../../kit/log.ts'
import { createPeer, type FrameSocket } from '../../kit/peer.ts'
import type { WsEndpoint } from '../../kit/wsServer.ts'
import { clientPath, clientRequests, clientSubprotocol } from '../api/protocol.ts'
import type { ClientSocket } from '../session/clientLife.ts'
import type { ClientSession } from '../session/clientSession.ts'

/** Options of {@link createClientEndpoint}. */
export interface ClientEndpointOptions {
  readonly clock: Clock
  readonly log: Log
  /** Origins of pages that may connect; none means any. Clients that are no browsers send no origin. */
  readonly allowedOrigins: readonly string[]
  /** Connections that this replica takes. */
  readonly maxConnections: number
  readonly connections: () => number
  readonly openSession: (socket: ClientSocket) => ClientSession
  /** Told of each answered request, for the metrics. `method` is one of the protocol's, or `other`. */
  readonly onAnswered: (method: string, code: string) => void
}

/** Largest frame of a client (refused before it is buffered). */
export const maxClientFrameBytes = 256 * 1024
/** A client that is behind by more than this does not read; the largest welcome is well below it. */
export const maxClientBufferedBytes = 4 * 1024 * 1024
/** Requests of one client that are answered at the same time: a page that comes into a large meeting consumes every track at once. */
const maxConcurrentRequests = 128
/** Signaling asks clients nothing. */
const requestTimeoutMs = 10_000
/** Close code for a client that floods (RFC 6455, 7.4.1: policy violation). */
const policyViolation = 1008

/** The endpoint of clients: decides who may connect, and gives each socket a session. */
export function createClientEndpoint(options: ClientEndpointOptions): WsEndpoint {
  const allowed = new Set(options.allowedOrigins)

  function authorize({ headers }: IncomingMessage): Promise<void> {
    const { origin } = headers
    if (allowed.size > 0 && origin !== undefined && !allowed.has(origin))
      return Promise.reject(commonErrors.raise.forbidden({ why: 'pages of that origin may not connect' }, { field: 'origin' }))
    if (options.connections() >= options.maxConnections)
      return Promise.reject(commonErrors.raise.unavailable({ what: 'A place on this replica' }))
    return Promise.resolve()
  }

  function onSocket(socket: FrameSocket): void {
    const methodOf = (method: string): string => (Object.hasOwn(clientRequests, method) ? method : 'other')

    function onRequestError(method: string, error: CodedError): void {
      options.onAnswered(method, error.code)
      // Neither the message nor the field: both may hold the client's own words.
      if (error.status >= 500 && error.code === 'internal') options.log.error({ method, err: error.cause }, 'request failed')
      else options.log.debug({ method, code: error.code }, 'request refused')
    }

    const peer = createPeer({
      socket,
      clock: options.clock,
      requestTimeoutMs,
      maxConcurrentRequests,
      async onRequest({ method, data }) {
        const answer = await session.request(method, data)
        options.onAnswered(methodOf(method), 'ok')
        return answer
      },
      onNotification: () => {
        if (!session.mayNotify()) peer.close(policyViolation, 'too many notifications')
      },
      onClose: () => session.socketLost(),
      onRequestError: ({ method }, error) => onRequestError(methodOf(method), error),
    })
    const session = options.openSession({
      notify: (method, data) => peer.notify(method, data),
      close: (code, reason) => peer.close(code, reason),
    })
  }

  return { path: clientPath, subprotocol: clientSubprotocol, authorize, onSocket }
}
