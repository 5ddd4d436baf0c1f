import type { FrameSocket } from '../../kit/peer.ts'
import { dialWebSocket } from '../../kit/wsClient.ts'
import { maxSnapshotBytes } from '../../sfu/api/session.ts'
import { clientSubprotocol } from '../api/protocol.ts'
import { dialTimeoutMs } from './link.ts'

/** Opens a WebSocket to signaling from Node. */
export function dialNodeSocket(url: string, signal: AbortSignal): Promise<FrameSocket> {
  return dialWebSocket({
    ...{ url, subprotocol: clientSubprotocol, timeoutMs: dialTimeoutMs, signal },
    maxFrameBytes: maxSnapshotBytes,
  })
}
