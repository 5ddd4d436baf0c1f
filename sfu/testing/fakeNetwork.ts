import type { Clock } from '../../kit/clock.ts'
import { commonErrors } from '../../kit/errors.ts'
import type { FrameSocket } from '../../kit/peer.ts'

/** Two ends of one WebSocket in memory: text arrives in later turns, in order. */
export function socketPair(
  onFrame: () => void = () => undefined,
  later: (arrive: () => void) => void = queueMicrotask,
): {
  readonly ends: readonly [FrameSocket, FrameSocket]
  cut(): void
} {
  let open = true
  const make = (): FrameSocket => ({
    send: () => undefined,
    close: () => undefined,
    onText: () => undefined,
    onClose: () => undefined,
  })
  const ends = [make(), make()] as const
  const close = (from: FrameSocket, code: number, reason: string): void => {
    if (!open) return
    open = false
    for (const end of ends) queueMicrotask(() => end.onClose(end === from ? 1006 : code, reason))
  }
  for (const [from, to] of [ends, [ends[1], ends[0]]] as const) {
    from.send = (text) => {
      onFrame()
      if (open) later(() => open && to.onText(text))
    }
    from.close = (code, reason) => close(from, code, reason)
  }
  return {
    ends,
    cut() {
      if (!open) return
      open = false
      for (const end of ends) queueMicrotask(() => end.onClose(1006, ''))
    },
  }
}

/** A network in memory between nodes that accept by name. */
export interface FakeNetwork {
  /** What dialling `to` reaches; nodes that are not here refuse. */
  readonly nodes: Map<string, (from: string, socket: FrameSocket) => void>
  dial(from: string, to: string): Promise<FrameSocket>
  /** Cuts all WebSockets. */
  cut(): void
  /** Cuts all WebSockets once, just before so many more frames would have been sent. */
  cutAfter(frames: number): void
  blocked: boolean
  /** How long a frame between two nodes takes, either way; 0 unless it is set. For WebSockets that are opened afterwards. */
  latencyMs: (one: string, other: string) => number
  /** How many were opened so far. */
  readonly opened: number
}

/** Makes a {@link FakeNetwork}. */
export function fakeNetwork(clock: Clock): FakeNetwork {
  const pairs = new Set<ReturnType<typeof socketPair>>()
  let framesLeft = Number.POSITIVE_INFINITY
  const onFrame = (): void => {
    if (framesLeft-- === 0) network.cut()
  }
  const network: FakeNetwork = {
    nodes: new Map(),
    blocked: false,
    latencyMs: () => 0,
    get opened() {
      return pairs.size
    },
    async dial(from, to) {
      const accept = network.nodes.get(to)
      if (network.blocked || !accept) throw commonErrors.raise.unavailable({ what: to })
      const delayMs = network.latencyMs(from, to)
      const pair = socketPair(onFrame, delayMs === 0 ? queueMicrotask : (arrive) => void clock.after(delayMs, arrive))
      pairs.add(pair)
      accept(from, pair.ends[1])
      return pair.ends[0]
    },
    cut() {
      for (const pair of pairs) pair.cut()
    },
    cutAfter: (frames) => void (framesLeft = frames),
  }
  return network
}
