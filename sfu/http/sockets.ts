import type { IncomingMessage, Server } from 'node:http'

import type { Clock } from '../../kit/clock.ts'
import { commonErrors } from '../../kit/errors.ts'
import type { FrameSocket } from '../../kit/peer.ts'
import { serveWebSockets } from '../../kit/wsServer.ts'
import { edgesPath, edgesSubprotocol, maxEdgeFrameBytes } from '../api/edge.ts'
import { sfuErrors } from '../api/errors.ts'
import { meetingKey, parseMeetingKey } from '../api/identity.ts'
import { maxFrameBytes, sessionsPath, sessionsSubprotocol } from '../api/session.ts'
import type { Segment } from '../segment/segment.ts'
import type { Segments } from '../segment/segments.ts'
import type { Door } from './auth.ts'

/** Options of {@link serveSockets}. */
export interface SocketsOptions {
  readonly server: Server
  readonly clock: Clock
  readonly door: Door
  readonly segments: Segments
  readonly onSessions: (socket: FrameSocket) => void
}

/** A side that answered no ping for this long is gone. */
const pingPeriodMs = 5_000
/** More than this waiting for a side means that it does not read. */
const maxBufferedBytes = 16 * 1024 * 1024

/** Serves signaling's connections and other nodes' edges; each is let in before its WebSocket opens. */
export function serveSockets(options: SocketsOptions): { close: () => void } {
  const { server, clock, door, segments, onSessions } = options
  const edges = new WeakMap<IncomingMessage, { segment: Segment; node: string }>()

  async function admitEdge(request: IncomingMessage): Promise<void> {
    const { sub: node, meeting } = await door.peer(request)
    const key = new URL(request.url ?? '', 'http://agent').searchParams.get('meeting') ?? ''
    const asked = parseMeetingKey(key)
    if (!asked)
      throw commonErrors.raise.invalid({ what: 'query.meeting: must be namespace/name/incarnation' }, { field: 'query.meeting' })
    if (meetingKey(meeting) !== key) throw commonErrors.raise.forbidden({ why: 'the token is for another meeting' })
    const segment = segments.get(asked)
    if (!segment) throw sfuErrors.raise.wrong_meeting({})
    edges.set(request, { segment, node })
  }

  return serveWebSockets({
    server,
    clock,
    pingPeriodMs,
    maxFrameBytes,
    maxBufferedBytes,
    endpoints: [
      {
        path: sessionsPath,
        subprotocol: sessionsSubprotocol,
        authorize: (request) => door.bearer(request, 'session'),
        onSocket: onSessions,
      },
      {
        path: edgesPath,
        subprotocol: edgesSubprotocol,
        maxFrameBytes: maxEdgeFrameBytes,
        authorize: admitEdge,
        onSocket(socket, request) {
          const { segment, node } = edges.get(request) ?? {}
          if (segment && node !== undefined) segment.edges.accept(node, socket)
          else socket.close(1011, 'not admitted')
        },
      },
    ],
  })
}
