import type { FrameSocket } from '../../kit/peer.ts'

/** Two sockets in memory, each of which hands its text to the other, in order. Closing one closes the other. */
export function socketPair(): readonly [FrameSocket, FrameSocket] {
  const make = (): FrameSocket => ({
    send: () => undefined,
    close: () => undefined,
    onText: () => undefined,
    onClose: () => undefined,
  })
  const [one, other] = [make(), make()]
  const connect = (from: FrameSocket, to: FrameSocket): void => {
    from.send = (text) => queueMicrotask(() => to.onText(text))
    from.close = (code, reason) => queueMicrotask(() => to.onClose(code, reason))
  }
  connect(one, other)
  connect(other, one)
  return [one, other]
}
