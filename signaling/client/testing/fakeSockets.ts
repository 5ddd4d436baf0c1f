import type { FrameSocket } from '../../../kit/peer.ts'

/** Two ends of a connection in one process. Frames arrive in order, a turn of the promise queue later. */
export function socketPair(): readonly [FrameSocket, FrameSocket] {
  let open = true
  const make = (): FrameSocket => ({
    send: () => undefined,
    close: () => undefined,
    onText: () => undefined,
    onClose: () => undefined,
  })
  const ends = [make(), make()] as const
  const wire = (from: FrameSocket, to: FrameSocket): void => {
    const near = from
    near.send = (text) => {
      if (open) queueMicrotask(() => to.onText(text))
    }
    near.close = (code, reason) => {
      if (!open) return
      open = false
      queueMicrotask(() => {
        from.onClose(code, reason)
        to.onClose(code, reason)
      })
    }
  }
  wire(ends[0], ends[1])
  wire(ends[1], ends[0])
  return ends
}
