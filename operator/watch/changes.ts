import type { Trigger } from '../kube/run/controller.ts'
import type { LedgerEvents, LostNode } from '../ledger/ledger.ts'

/** A kind of thing whose changes several parts want to hear of. */
export interface Channel<T = string> {
  readonly emit: (what: T) => void
  /** Returns what stops it. */
  readonly on: (listener: (what: T) => void) => () => void
}

function createChannel<T = string>(): Channel<T> {
  const listeners = new Set<(what: T) => void>()
  return {
    emit(what) {
      for (const listener of listeners) listener(what)
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
  /** Media nodes that are lost, with the people who were on them. */
  readonly lost: Channel<LostNode>
  readonly events: LedgerEvents
}

/** Makes the channels and the events that feed them. */
export function createChanges(): Changes {
  const meetings = createChannel()
  const nodes = createChannel()
  const pools = createChannel()
  const lost = createChannel<LostNode>()
  const events = { meeting: meetings.emit, node: nodes.emit, pool: pools.emit, lost: lost.emit }
  return { meetings, nodes, pools, lost, events }
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
