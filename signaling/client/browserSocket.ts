import { commonErrors } from '../../kit/errors.ts'
import type { FrameSocket } from '../../kit/peer.ts'
import { clientSubprotocol } from '../api/protocol.ts'

/** Codes that a page may send itself (WebSocket standard, `close`): 1000 and 3000 to 4999. */
const closable = (code: number): boolean => code === 1000 || (code >= 3000 && code <= 4999)

function frameSocketOf(socket: WebSocket): FrameSocket {
  const frames: FrameSocket = {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text)
    },
    close: (code, reason) => (closable(code) ? socket.close(code, reason) : socket.close()),
    onText: () => undefined,
    onClose: () => undefined,
  }
  socket.addEventListener('message', ({ data }) => frames.onText(typeof data === 'string' ? data : ''))
  socket.addEventListener('close', ({ code, reason }) => frames.onClose(code, reason))
  return frames
}

/** Opens a browser's WebSocket to signaling. */
export function dialBrowserSocket(url: string, signal: AbortSignal): Promise<FrameSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), clientSubprotocol)
    const refused = (): void => reject(commonErrors.raise.unavailable({ what: new URL(url).host }))
    const onAbort = (): void => socket.close()
    signal.addEventListener('abort', onAbort, { once: true })
    socket.addEventListener('error', refused, { once: true })
    socket.addEventListener('close', refused, { once: true })
    socket.addEventListener(
      'open',
      () => {
        signal.removeEventListener('abort', onAbort)
        resolve(frameSocketOf(socket))
      },
      { once: true },
    )
  })
}
