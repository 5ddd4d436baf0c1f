import type { Trigger } from '../kube/controller.ts'
import type { LedgerEvents } from '../ledger/ledger.ts'

/** A kind of thing whose changes several parts want to hear of. */
export interface Channel {
  readonly emit: (key: string) => void
  /** Returns what stops it. */
  readonly on: (listener: (key: string) => void) => () => void
}

function createChannel(): Channel {
  const listeners = new Set<(key: string) => void>()
  return {
    emit(key) {
      for (const listener of listeners) listener(key)
    },
    on(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** What changed in the ledger, for all who listen: controllers while they run, and the topology. */
export interface Changes {
  readonly meetings: Channel
  readonly nodes: Channel
  readonly pools: Channel
  readonly events: LedgerEvents
}

/** Makes the three channels and the events that feed them. */
export function createChanges(): Changes {
  const meetings = createChannel()
  const nodes = createChannel()
  const pools = createChannel()
  return { meetings, nodes, pools, events: { meeting: meetings.emit, node: nodes.emit, pool: pools.emit } }
}

/**
 * Work for a controller from the ledger: all keys once this replica knows enough to decide (`ready`), then those that change. What changes
 * before is among all.
 */
export function fromLedger(channel: Channel, options: { ready: Promise<void>; all: () => Iterable<string> }): Trigger {
  return (queue) => {
    let stopped = false
    let stop: (() => void) | undefined
    void options.ready.then(() => {
      if (stopped) return
      stop = channel.on((key) => queue.add(key))
      for (const key of options.all()) queue.add(key)
    })
    return () => {
      stopped = true
      stop?.()
    }
  }
}
