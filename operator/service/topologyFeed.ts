import type { Clock, Timer } from '../../kit/clock.ts'
import {
  topologyBeatMs,
  type Topology,
  type TopologyLine,
  type TopologyMeeting,
  type TopologyNode,
  type TopologyPool,
} from '../api/topology.ts'
import { sameJson } from '../kube/client/mergePatch.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Changes } from '../watch/changes.ts'
import { topologyMeetingOf, topologyNodeOf, topologyPoolOf } from './topologyOf.ts'

/** What a reader may see: meetings of these namespaces; all nodes and pools. */
export type Serves = (namespace: string) => boolean

/** The topology as this replica knows it, and its changes as they come. */
export interface TopologyFeed {
  snapshot(serves: Serves): Topology
  /** Sends a snapshot now and each change after; returns what stops it. */
  subscribe(serves: Serves, send: (line: TopologyLine) => void): () => void
  /** How many are subscribed. */
  readers(): number
  close(): void
}

/** Changes of this long are told together. */
const gatherMs = 100
/**
 * Loads and time make no change of their own: all nodes are looked at within each beat, a part of them at a time. All at once would keep a placement waiting for
 * ten milliseconds and more where there are ten thousand.
 */
const lookEachMs = 250
const looksABeat = topologyBeatMs / lookEachMs

type Change = Extract<TopologyLine, { type: 'change' }>

/** What one kind of thing was told to be, by key, and which keys to look at again. */
class Told<T> {
  readonly #told = new Map<string, T>()
  readonly #dirty = new Set<string>()
  readonly #now: (key: string) => T | undefined

  constructor(now: (key: string) => T | undefined) {
    this.#now = now
  }

  mark(key: string): void {
    this.#dirty.add(key)
  }

  values(): T[] {
    return [...this.#told.values()]
  }

  /** What differs from what was told, told now. */
  take(): { changed: T[]; removed: { key: string; value: T }[] } {
    const changed: T[] = []
    const removed: { key: string; value: T }[] = []
    for (const key of this.#dirty) {
      const before = this.#told.get(key)
      const value = this.#now(key)
      if (value === undefined) {
        this.#told.delete(key)
        if (before !== undefined) removed.push({ key, value: before })
      } else if (!sameJson(before, value)) {
        this.#told.set(key, value)
        changed.push(value)
      }
    }
    this.#dirty.clear()
    return { changed, removed }
  }
}

/** The part of a change that a reader may see. Its revision comes to all, so that none seems to be missing. */
function visible(change: Change, serves: Serves): Change {
  const { meetings, removedMeetings, ...rest } = change
  const seen = meetings?.filter(({ namespace }) => serves(namespace)) ?? []
  const removed = removedMeetings?.filter(({ namespace }) => serves(namespace)) ?? []
  return {
    ...rest,
    ...(seen.length === 0 ? {} : { meetings: seen }),
    ...(removed.length === 0 ? {} : { removedMeetings: removed }),
  }
}

/** Makes the feed of one replica. Its revisions are its own; a reader that goes to another replica begins with a snapshot. */
export function createTopologyFeed(options: {
  ledger: Ledger
  changes: Pick<Changes, 'meetings' | 'nodes' | 'pools'>
  clock: Clock
  turnUrls: readonly string[]
  epoch: () => number
}): TopologyFeed {
  const { ledger, changes, clock, turnUrls, epoch } = options
  const nodes = new Told<TopologyNode>((name) => topologyNodeOf(ledger.nodes.get(name), clock.monotonicMs()))
  const pools = new Told<TopologyPool>((name) => topologyPoolOf(ledger.nodes.pool(name)))
  const meetings = new Told<TopologyMeeting>((key) => topologyMeetingOf(ledger.meetings.get(key), ledger.nodes.pools()))
  const readers = new Set<{ serves: Serves; send: (line: TopologyLine) => void }>()
  let revision = 1
  let toldEpoch = 0
  let gathering: Timer | undefined

  function changeNow(): Change | undefined {
    const node = nodes.take()
    const pool = pools.take()
    const meeting = meetings.take()
    const parts = {
      ...(node.changed.length === 0 ? {} : { nodes: node.changed }),
      ...(node.removed.length === 0 ? {} : { removedNodes: node.removed.map(({ key }) => key) }),
      ...(pool.changed.length === 0 ? {} : { pools: pool.changed }),
      ...(pool.removed.length === 0 ? {} : { removedPools: pool.removed.map(({ key }) => key) }),
      ...(meeting.changed.length === 0 ? {} : { meetings: meeting.changed }),
      ...(meeting.removed.length === 0
        ? {}
        : { removedMeetings: meeting.removed.map(({ value }) => ({ namespace: value.namespace, name: value.name })) }),
    }
    return Object.keys(parts).length === 0 ? undefined : { type: 'change', revision: ++revision, ...parts }
  }

  function snapshotNow(serves: Serves): Topology {
    return {
      revision,
      epoch: toldEpoch,
      turnUrls: [...turnUrls],
      nodes: nodes.values(),
      pools: pools.values(),
      meetings: meetings.values().filter(({ namespace }) => serves(namespace)),
    }
  }

  function flush(): void {
    gathering?.cancel()
    gathering = undefined
    const change = changeNow()
    const newEpoch = epoch() !== toldEpoch
    toldEpoch = epoch()
    for (const { serves, send } of readers) {
      if (newEpoch) send({ type: 'snapshot', topology: snapshotNow(serves) })
      else if (change !== undefined) send(visible(change, serves))
    }
  }

  const marks = (told: Told<unknown>) => (key: string) => {
    told.mark(key)
    gathering ??= clock.after(gatherMs, flush)
  }
  const stops = [changes.meetings.on(marks(meetings)), changes.nodes.on(marks(nodes)), changes.pools.on(marks(pools))]

  for (const { metadata } of ledger.nodes.pools()) pools.mark(metadata.name)
  for (const { name } of ledger.nodes.all()) nodes.mark(name)
  for (const { key } of ledger.meetings.all()) meetings.mark(key)
  let round: readonly string[] = []
  let looked = 0
  const look = clock.every(lookEachMs, () => {
    if (looked >= round.length) {
      round = Array.from(ledger.nodes.all(), ({ name }) => name)
      looked = 0
    }
    const until = looked + Math.ceil(round.length / looksABeat)
    for (const name of round.slice(looked, until)) nodes.mark(name)
    looked = until
    flush()
  })
  const beat = clock.every(topologyBeatMs, () => {
    for (const { send } of readers) send({ type: 'beat', revision })
  })

  return {
    snapshot(serves) {
      flush()
      return snapshotNow(serves)
    },
    subscribe(serves, send) {
      flush()
      send({ type: 'snapshot', topology: snapshotNow(serves) })
      const reader = { serves, send }
      readers.add(reader)
      return () => void readers.delete(reader)
    },
    readers: () => readers.size,
    close() {
      for (const stop of stops) stop()
      look.cancel()
      beat.cancel()
      gathering?.cancel()
      readers.clear()
    },
  }
}
