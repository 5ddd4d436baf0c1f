import { WebSocket } from 'ws'

import { commonErrors } from './errors.ts'
import type { FrameSocket } from './peer.ts'
import { frameSocketOf } from './wsServer.ts'

/** Options of {@link dialWebSocket}. */
export interface DialOptions {
  readonly url: string
  readonly subprotocol: string
  readonly bearer?: string
  readonly timeoutMs: number
  readonly maxFrameBytes: number
  readonly signal?: AbortSignal
}

/** Opens a WebSocket. Rejects with `unavailable` or `timeout`; the HTTP status of a refusal stands in the cause. */
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
      resolve(frameSocketOf(socket))
    })
    socket.once('error', (cause) => {
      settle()
      reject(commonErrors.raise.unavailable({ what: new URL(options.url).host }, { cause }))
    })
  })
}
