import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'

import { WebSocket, WebSocketServer } from 'ws'

import type { Clock } from './clock.ts'
import { asCodedError, commonErrors, type CodedError } from './errors.ts'
import type { FrameSocket } from './peer.ts'

/** Answers wait while more than this is on its way to the other side. */
const roomyBytes = 1024 * 1024

/**
 * Turns a `ws` socket into a {@link FrameSocket}. Binary frames count as text that is no frame, so the peer closes. A socket whose
 * other side reads too slowly, so that more than `maxBufferedBytes` wait for it, is terminated.
 */
export function frameSocketOf(socket: WebSocket, maxBufferedBytes = Number.POSITIVE_INFINITY): FrameSocket {
  const waiting: { readonly text: () => string; readonly done: () => void }[] = []
  const isOpen = (): boolean => socket.readyState === WebSocket.OPEN

  function send(text: string): void {
    if (!isOpen()) return
    if (socket.bufferedAmount > maxBufferedBytes) socket.terminate()
    else socket.send(text, goOn)
  }
  function goOn(): void {
    while (isOpen() && socket.bufferedAmount <= roomyBytes) {
      const next = waiting.shift()
      if (next === undefined) return
      send(next.text())
      next.done()
    }
  }
  const frames: FrameSocket = {
    send,
    sendInTurn(text) {
      const mustWait = waiting.length > 0 || socket.bufferedAmount > roomyBytes
      if (isOpen() && mustWait) return new Promise((resolve) => waiting.push({ text, done: resolve }))
      if (isOpen()) send(text())
      return undefined
    },
    close: (code, reason) => socket.close(code, reason),
    onText: () => undefined,
    onClose: () => undefined,
  }
  socket.on('message', (data, isBinary) => frames.onText(isBinary ? '' : (data as Buffer).toString('utf8')))
  socket.on('close', (code, reason) => {
    for (const { done } of waiting.splice(0)) done()
    frames.onClose(code, reason.toString())
  })
  socket.on('error', () => socket.terminate())
  return frames
}

/** One WebSocket endpoint of a server. */
export interface WsEndpoint {
  readonly path: string
  readonly subprotocol: string
  /** Most bytes of a frame where it differs from the server's. */
  readonly maxFrameBytes?: number
  /** Decides before the upgrade; throws a coded error to refuse, which becomes the HTTP answer. Its result is given to `onSocket`. */
  readonly onSocket: (socket: FrameSocket, request: IncomingMessage) => void
  readonly authorize?: (request: IncomingMessage) => Promise<void>
}

/** Options of {@link serveWebSockets}. */
export interface WsServerOptions {
  readonly server: Server
  readonly endpoints: readonly WsEndpoint[]
  /** Larger frames are refused before they are buffered whole; the connection closes with 1009. */
  readonly maxFrameBytes: number
  /** A socket for which more than this waits to be sent is terminated: it does not read. Default: no limit. */
  readonly maxBufferedBytes?: number
  /** A socket that answered no ping for one period is terminated. */
  readonly pingPeriodMs: number
  readonly clock: Clock
}

function refuse(socket: Duplex, error: CodedError): void {
  const body = JSON.stringify({ title: error.message, status: error.status, code: error.code, retry: error.retry })
  socket.end(
    `HTTP/1.1 ${error.status} Refused\r\ncontent-type: application/problem+json\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

/** Serves WebSocket endpoints on an HTTP server's upgrades. Returns what ends all of their sockets (1001, going away). */
export function serveWebSockets(options: WsServerOptions): { close: () => void } {
  const alive = new WeakSet<WebSocket>()
  const servers = new Map(
    options.endpoints.map((endpoint) => [
      endpoint.path,
      {
        endpoint,
        server: new WebSocketServer({
          noServer: true,
          maxPayload: endpoint.maxFrameBytes ?? options.maxFrameBytes,
          perMessageDeflate: false,
          handleProtocols: (offered) => (offered.has(endpoint.subprotocol) ? endpoint.subprotocol : false),
        }),
      },
    ]),
  )

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy())
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    const found = servers.get(path)
    if (!found) return refuse(socket, commonErrors.raise.not_found({ what: 'such path' }))
    try {
      await found.endpoint.authorize?.(request)
    } catch (thrown) {
      return refuse(socket, asCodedError(thrown))
    }
    found.server.handleUpgrade(request, socket, head, (ws) => {
      alive.add(ws)
      ws.on('pong', () => alive.add(ws))
      found.endpoint.onSocket(frameSocketOf(ws, options.maxBufferedBytes), request)
    })
  }
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => void upgrade(request, socket, head)
  options.server.on('upgrade', onUpgrade)

  const sockets = (): WebSocket[] => [...servers.values()].flatMap(({ server }) => [...server.clients])
  const pinging = options.clock.every(options.pingPeriodMs, () => {
    for (const ws of sockets()) {
      if (!alive.delete(ws)) ws.terminate()
      else ws.ping()
    }
  })
  return {
    close() {
      pinging.cancel()
      options.server.off('upgrade', onUpgrade)
      for (const ws of sockets()) {
        ws.close(1001, 'going away')
        options.clock.after(1_000, () => ws.terminate())
      }
    },
  }
}
