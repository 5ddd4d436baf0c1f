import type { IncomingMessage } from 'node:http'

import { WebSocket } from 'ws'

import type { Clock } from './clock.ts'
import { commonErrors, type CodedError } from './errors.ts'
import type { FrameSocket } from './peer.ts'
import { errorOfProblem } from './problem.ts'
import { frameSocketOf } from './wsServer.ts'

/** Options of {@link dialWebSocket}. */
export interface DialOptions {
  readonly url: string
  readonly subprotocol: string
  readonly bearer?: string
  readonly timeoutMs: number
  readonly maxFrameBytes: number
  readonly signal?: AbortSignal
  /** Terminates the socket when the server answered no ping for one period: a network that is gone says nothing by itself. */
  readonly keepAlive?: { readonly clock: Clock; readonly periodMs: number }
}

/** Most characters of a refusal's body that are read. */
const maxRefusalLength = 16_384

/** The server's own words for why it did not upgrade; the status alone where the body is none of ours. */
async function refusalOf(response: IncomingMessage): Promise<CodedError> {
  const status = response.statusCode ?? 502
  let text = ''
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      text += String(chunk)
      if (text.length > maxRefusalLength) break
    }
    return errorOfProblem(status, JSON.parse(text))
  } catch {
    return errorOfProblem(status, undefined)
  }
}

function keepAlive(socket: WebSocket, { clock, periodMs }: { clock: Clock; periodMs: number }): void {
  let alive = true
  socket.on('pong', () => (alive = true))
  const pinging = clock.every(periodMs, () => {
    if (!alive) return socket.terminate()
    alive = false
    socket.ping()
  })
  socket.once('close', () => pinging.cancel())
}

/** Opens a WebSocket. Rejects with the server's own coded error where it refuses, with `unavailable` where it cannot be reached. */
export function dialWebSocket(options: DialOptions): Promise<FrameSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(options.url.replace(/^http/, 'ws'), [options.subprotocol], {
      headers: options.bearer === undefined ? {} : { authorization: `Bearer ${options.bearer}` },
      handshakeTimeout: options.timeoutMs,
      maxPayload: options.maxFrameBytes,
      perMessageDeflate: false,
    })
    const onAbort = (): void => socket.terminate()
    options.signal?.addEventListener('abort', onAbort, { once: true })
    const settle = (): void => options.signal?.removeEventListener('abort', onAbort)
    socket.once('open', () => {
      settle()
      socket.removeAllListeners('error')
      if (options.keepAlive) keepAlive(socket, options.keepAlive)
      resolve(frameSocketOf(socket))
    })
    socket.once('unexpected-response', (_request, response) => {
      void refusalOf(response).then((refusal) => {
        settle()
        reject(refusal)
        socket.terminate()
      })
    })
    socket.once('error', (cause) => {
      settle()
      reject(commonErrors.raise.unavailable({ what: new URL(options.url).host }, { cause }))
    })
  })
}
