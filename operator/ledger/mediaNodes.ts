import type { MediaNode, MediaNodePool } from '../../crds/index.ts'
import { isDraining, type DrainReport } from '../../sfu/api/drain.ts'
import type { HelloLine, NodeLoad } from '../../sfu/api/load.ts'
import type { OpenNodes } from '../placement/view.ts'
import { drainOf } from './drainOf.ts'
import { gateOf } from './gateOf.ts'
import { LoadOrder, type Standing } from './loadOrder.ts'
import type { AgentFault, Hosted, NodeEntry } from './nodeEntry.ts'
import { isStale, nodeStateOf } from './nodeState.ts'
import { rankForNew } from './poolOrder.ts'
import { Queue, type Queued } from './queue.ts'
import { sharesOf } from './shares.ts'

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }
/** What is known of a node, and where it stands: in the queue of who was heard, and in its pool's order. */
interface Entry extends Mutable<NodeEntry>, Queued<Entry>, Standing {
  readonly name: string
  order: LoadOrder<Entry>
}

/** Below this, what rounding leaves of a sum of reservations counts as none. */
const epsilon = 1e-9

/**
 * Pools and media nodes: what their objects say and what the nodes say of themselves. Those that take work stand in one order a
 * pool; a node leaves it the moment it is stale, cordoned or at fault.
 */
export class MediaNodes {
  readonly #pools = new Map<string, MediaNodePool>()
  #poolList: readonly MediaNodePool[] = []
  readonly #nodes = new Map<string, Entry>()
  readonly #open = new Map<string, LoadOrder<Entry>>()
  /** Who was heard, the longest ago first: a node is put last at each line. */
  readonly #heard = new Queue<Entry>()
  readonly #changed: (name: string) => void

  /** `changed` is told the name of each node whose state or region may have changed; not of mere loads. */
  constructor(changed: (name: string) => void) {
    this.#changed = changed
  }

  /** By name. The list is a new one whenever it differs. */
  pools(): readonly MediaNodePool[] {
    return this.#poolList
  }

  pool(name: string): MediaNodePool | undefined {
    return this.#pools.get(name)
  }

  all(): IterableIterator<NodeEntry> {
    return this.#nodes.values()
  }

  get(name: string): NodeEntry | undefined {
    return this.#nodes.get(name)
  }

  /** The node that hosts something; undefined where it is not known (any more). */
  hostOf(hosted: Hosted): NodeEntry | undefined {
    if (hosted.host?.isKnown !== true) hosted.host = this.#nodes.get(hosted.node)
    return hosted.host
  }

  /** The nodes of a pool that take new segments, the one that should take the next first. */
  open(pool: string): OpenNodes {
    return this.#open.get(pool) ?? emptyOrder
  }

  putPool(pool: MediaNodePool, nowMs: number): void {
    this.#pools.set(pool.metadata.name, pool)
    this.#reindexPool(pool.metadata.name, nowMs)
  }

  removePool(name: string, nowMs: number): void {
    this.#pools.delete(name)
    this.#reindexPool(name, nowMs)
  }

  putNode(object: MediaNode, url: string | undefined, nowMs: number): void {
    const { name } = object.metadata
    const known = this.#nodes.get(name)
    const same = known?.object.metadata.uid === object.metadata.uid
    const order = this.#orderOf(object.spec.pool)
    const entry = known !== undefined && same ? known : newEntry(object, order, nowMs)
    if (known !== undefined && !same) this.removeNode(name)
    if (entry.order !== order) entry.order.delete(entry)
    entry.order = order
    entry.object = object
    entry.url = url
    entry.drain = drainOf(object)
    this.#takeFromPool(entry)
    this.#nodes.set(name, entry)
    this.#reindex(entry, nowMs)
    this.#changed(name)
  }

  removeNode(name: string): void {
    const entry = this.#nodes.get(name)
    if (entry === undefined) return
    entry.isKnown = false
    this.#nodes.delete(name)
    this.#heard.delete(entry)
    entry.order.delete(entry)
    this.#changed(name)
  }

  /** A load stream began. */
  hello(name: string, hello: HelloLine, nowMs: number): void {
    const entry = this.#nodes.get(name)
    if (entry === undefined) return
    const { type: _type, protocol: _protocol, segments: _segments, drain, ...introduction } = hello
    if (entry.introduction?.boot !== introduction.boot) {
      entry.load = undefined
      entry.shares = undefined
    }
    entry.introduction = introduction
    entry.drainTold = drain
    entry.consumerShare = 1 / introduction.capacity.consumersPerWorker
    entry.fault = undefined
    this.#hear(entry, nowMs)
  }

  load(name: string, load: NodeLoad, nowMs: number): void {
    const entry = this.#nodes.get(name)
    if (entry?.introduction === undefined) return
    entry.load = load
    entry.shares = sharesOf(load, entry.introduction.capacity)
    this.#hear(entry, nowMs)
  }

  /** What a node tells its clients. */
  addresses(name: string, addresses: readonly string[], nowMs: number): void {
    const entry = this.#nodes.get(name)
    if (entry?.introduction === undefined) return
    const { addressesGuessed: _, ...introduction } = entry.introduction
    entry.introduction = { ...introduction, addresses: [...addresses] }
    this.#hear(entry, nowMs)
    this.#changed(name)
  }

  /** How far a node's drain is. Only what it means for new work is told to others at once. */
  drain(name: string, report: DrainReport, nowMs: number): void {
    const entry = this.#nodes.get(name)
    if (entry?.introduction === undefined) return
    const before = nodeStateOf(entry, nowMs).state
    entry.drainTold = isDraining(report) ? report : undefined
    this.#hear(entry, nowMs)
    if (nodeStateOf(entry, nowMs).state !== before) this.#changed(name)
  }

  /** Any other line: the node lives. */
  heard(name: string, nowMs: number): void {
    const entry = this.#nodes.get(name)
    if (entry?.introduction !== undefined) this.#hear(entry, nowMs)
  }

  /** The node's address refused a connection. */
  refused(name: string, nowMs: number): void {
    const entry = this.#nodes.get(name)
    if (entry === undefined) return
    entry.refusedAtMs = nowMs
    this.#changed(name)
  }

  /** What the agent says does not count any more, until it introduces itself again. */
  fault(name: string, fault: AgentFault, nowMs: number): void {
    const entry = this.#nodes.get(name)
    if (entry === undefined) return
    entry.fault = fault
    this.#reindex(entry, nowMs)
    this.#changed(name)
  }

  /** Adds to what is reserved on a node that this made. What is not known any more stands in no order. */
  reserve(node: NodeEntry, share: number): void {
    const entry = node as Entry
    const reserved = entry.reserved + share
    entry.reserved = reserved < epsilon ? 0 : reserved
    entry.order.change(entry, rankForNew(entry))
  }

  /** Takes the nodes out of the orders that were not heard for too long. Costs what it removes. */
  sweep(nowMs: number): void {
    for (let first = this.#heard.first(); first !== undefined && isStale(first, nowMs); first = this.#heard.first()) {
      this.#heard.delete(first)
      first.order.delete(first)
      this.#changed(first.name)
    }
  }

  /** The highest epoch that any node has seen in an order. */
  highestEpoch(): number {
    let highest = 0
    for (const { introduction } of this.#nodes.values()) highest = Math.max(highest, introduction?.highestEpoch ?? 0)
    return highest
  }

  #hear(entry: Entry, nowMs: number): void {
    const wasSilent = !this.#heard.has(entry)
    this.#heard.put(entry)
    entry.heardAtMs = nowMs
    this.#reindex(entry, nowMs)
    if (wasSilent) this.#changed(entry.name)
  }

  #reindexPool(pool: string, nowMs: number): void {
    this.#poolList = [...this.#pools.values()].toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    for (const entry of this.#nodes.values()) {
      if (entry.object.spec.pool !== pool) continue
      this.#takeFromPool(entry)
      this.#reindex(entry, nowMs)
      this.#changed(entry.name)
    }
  }

  /** What a node has of its pool. */
  #takeFromPool(entry: Entry): void {
    const pool = this.#pools.get(entry.object.spec.pool)
    entry.region = pool?.spec.region
    entry.packs = pool?.spec.placement === 'pack'
    entry.gate = gateOf(entry.object, pool)
  }

  /** Puts a node where its load belongs, or out where it takes no work. */
  #reindex(entry: Entry, nowMs: number): void {
    const takesWork = entry.region !== undefined && entry.shares !== undefined && nodeStateOf(entry, nowMs).state === 'ready'
    if (takesWork) entry.order.set(entry, rankForNew(entry))
    else entry.order.delete(entry)
  }

  #orderOf(pool: string): LoadOrder<Entry> {
    const known = this.#open.get(pool)
    if (known !== undefined) return known
    const order = new LoadOrder<Entry>()
    this.#open.set(pool, order)
    return order
  }
}

const emptyOrder = new LoadOrder<Entry>()

function newEntry(object: MediaNode, order: LoadOrder<Entry>, nowMs: number): Entry {
  return {
    name: object.metadata.name,
    object,
    isKnown: true,
    url: undefined,
    region: undefined,
    packs: false,
    gate: undefined,
    drain: undefined,
    drainTold: undefined,
    knownSinceMs: nowMs,
    introduction: undefined,
    consumerShare: 0,
    heardAtMs: undefined,
    load: undefined,
    shares: undefined,
    refusedAtMs: undefined,
    fault: undefined,
    reserved: 0,
    before: undefined,
    after: undefined,
    slot: -1,
    order,
  }
}
