import type { MediaNode, MediaNodePool } from '../../../crds/index.ts'
import { isDraining, type DrainReport, type DrainWish } from '../../../sfu/api/drain.ts'
import type { HelloLine, NodeLoad } from '../../../sfu/api/load.ts'
import type { OpenNodes } from '../../placement/view.ts'
import type { Cost } from '../load/cost.ts'
import { countedOn } from './countedOn.ts'
import { drainOf } from './drainOf.ts'
import { Entry } from './entry.ts'
import { HeardQueue } from './heardQueue.ts'
import { Hosts } from './hosts.ts'
import { KeptOut } from '../collections/keptOut.ts'
import { judgeDeath, noteBreak, noteEmptied, noteLostMedia, noteReturn } from './losses.ts'
import type { LostMediaReport } from './lostMedia.ts'
import type { MediaNodesEvents } from './mediaNodesEvents.ts'
import type { AgentFault, NodeEntry, NodeWhere } from './nodeEntry.ts'
import { NodeLoads } from '../load/nodeLoads.ts'
import type { Spot } from '../load/nodeMeasures.ts'
import { KnownPools } from '../pools/knownPools.ts'
import { nodeStateOf } from './nodeState.ts'
import { PoolOrders } from './poolOrders.ts'
import { recount, type PoolCounts } from '../pools/poolTally.ts'
import { Suspects } from './suspects.ts'

/**
 * Pools and media nodes: what their objects say and what the nodes say of themselves. Those that take work stand in one order a
 * pool; a node leaves it the moment it is stale, cordoned or at fault.
 */
export class MediaNodes {
  readonly #pools = new KnownPools<Entry>()
  readonly #nodes = new Map<string, Entry>()
  readonly #loads = new NodeLoads<Entry>()
  readonly hosts = new Hosts<Entry>(this.#nodes, this.#loads)
  readonly #open = new PoolOrders<Entry>(this.#loads)
  readonly #heard = new HeardQueue<Entry>()
  /** The others, but for those that are known to be dead. */
  readonly #silent = new Set<Entry>()
  readonly #suspects = new Suspects<Entry>()
  readonly #keptOut = new KeptOut<Entry>()
  readonly #events: MediaNodesEvents

  constructor(events: MediaNodesEvents) {
    this.#events = events
  }

  /** By name. The list is a new one whenever it differs. */
  pools(): readonly MediaNodePool[] {
    return this.#pools.list
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

  /** The nodes of a pool that take new segments, the one that should take the next first; of one version of the edge protocol. */
  open(pool: string, edgeVersion?: number): OpenNodes {
    return this.#open.open(pool, edgeVersion)
  }

  /** The nodes of a pool, those included that take no work. */
  inPool(pool: string): Iterable<NodeEntry> {
    return this.#pools.members(pool)
  }

  /** How many nodes of a pool there are, and how many of them are what. */
  countsOf(pool: string): PoolCounts {
    return this.#pools.counts(pool)
  }

  putPool(pool: MediaNodePool, nowMs: number): void {
    if (this.#pools.put(pool)) this.#reindexPool(pool.metadata.name, nowMs)
  }

  removePool(name: string, nowMs: number): void {
    this.#pools.delete(name)
    this.#reindexPool(name, nowMs)
  }

  putNode(object: MediaNode, where: NodeWhere, nowMs: number): void {
    const { name } = object.metadata
    const known = this.#nodes.get(name)
    const same = known?.object.metadata.uid === object.metadata.uid
    if (known !== undefined && !same) this.removeNode(name)
    const entry = known !== undefined && same ? known : new Entry(this.#loads, object, nowMs)
    const poolBefore = entry.object.spec.pool
    this.#pools.leave(poolBefore, entry)
    entry.object = object
    this.#open.put(entry, poolBefore)
    entry.stand(where, nowMs)
    noteEmptied(entry, nowMs, () => (entry.drain = drainOf(object)))
    entry.belongTo(this.#pools.get(object.spec.pool))
    this.hosts.put(entry)
    this.#nodes.set(name, entry)
    this.#pools.join(object.spec.pool, entry)
    if (entry !== known) this.#silent.add(entry)
    this.#judge(entry, nowMs)
    this.#reindex(entry, nowMs)
    this.#events.changed(name)
  }

  removeNode(name: string): void {
    const entry = this.#nodes.get(name)
    if (entry === undefined) return
    this.#nodes.delete(name)
    this.hosts.delete(entry)
    this.#pools.leave(entry.object.spec.pool, entry)
    this.#heard.delete(entry)
    this.#silent.delete(entry)
    this.#suspects.delete(entry)
    this.#keptOut.delete(entry)
    this.#open.remove(entry)
    this.#events.changed(name)
  }

  /** A load stream began. */
  hello(name: string, hello: HelloLine, nowMs: number): void {
    const entry = this.#nodes.get(name)
    if (entry === undefined) return
    const { type: _type, protocol: _protocol, segments: _segments, drain, ...introduction } = hello
    const before = entry.introduction?.boot ?? (entry.death === undefined ? undefined : entry.object.status?.incarnation)
    noteReturn(entry, { fresh: before !== undefined && before !== introduction.boot }, nowMs)
    if (entry.introduction?.boot !== introduction.boot) this.#loads.forget(entry.number)
    entry.introduce(introduction)
    noteEmptied(entry, nowMs, () => (entry.drainTold = drain))
    this.#loads.introduce(entry.number, introduction.capacity)
    this.#open.put(entry, entry.object.spec.pool)
    entry.fault = undefined
    this.#hear(entry, nowMs)
  }

  load(name: string, load: NodeLoad, nowMs: number): void {
    const entry = this.#nodes.get(name)
    if (entry?.introduction === undefined) return
    this.#loads.measure(entry.number, load)
    // Of a node that takes work a beat changes nothing but its load.
    if (!entry.isOpen) this.#hear(entry, nowMs)
    else {
      this.#heard.put(entry, nowMs)
      this.#loads.open(entry.number)
      recount(entry)
    }
  }

  /** What a node tells its clients. */
  addresses(name: string, addresses: readonly string[], nowMs: number): void {
    const entry = this.#nodes.get(name)
    if (entry?.introduction === undefined) return
    const { addressesGuessed: _, ...introduction } = entry.introduction
    entry.introduction = { ...introduction, addresses: [...addresses] }
    this.#reindex(entry, nowMs)
    this.#events.changed(name)
  }

  /** How far a node's drain is, and to which order it says so. Only what it means for new work, and that nobody is left, is told to others at once. */
  drain(name: string, { report, order }: { report: DrainReport; order?: DrainWish | undefined }, nowMs: number): void {
    const entry = this.#nodes.get(name)
    if (entry?.introduction === undefined) return
    const wasVacant = entry.vacantSinceMs !== undefined
    noteEmptied(entry, nowMs, () => (entry.drainTold = isDraining(report) ? report : undefined))
    if (order !== undefined && report.ordered !== undefined) entry.drainTaken = { order, as: report.ordered }
    this.#reindex(entry, nowMs)
    // Meetings whose last people there have gone may do without it.
    if (wasVacant !== (entry.vacantSinceMs !== undefined)) this.#events.changed(name)
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
    entry.unanswered = 'its address refuses connections'
    this.#judge(entry, nowMs)
    this.#tell(entry, nowMs)
  }

  /** What the last try to hear the node met: told of one that was never heard. */
  unanswered(name: string, why: string, nowMs: number): void {
    const entry = this.#nodes.get(name)
    if (entry === undefined || entry.unanswered === why) return
    entry.unanswered = why
    this.#tell(entry, nowMs)
  }

  /** Somebody who is on the node lost their media there. */
  lostMedia(name: string, report: LostMediaReport, nowMs: number): void {
    const entry = this.#nodes.get(name)
    if (entry === undefined) return
    const { pool } = entry.object.spec
    noteLostMedia(entry, { report, pool: { open: this.open(pool).size, suspects: this.#suspects.countOf(pool, nowMs) } }, nowMs)
    if (entry.suspicion !== undefined) this.#suspects.add(entry)
    this.#judge(entry, nowMs)
    this.#reindex(entry, nowMs)
  }

  /** What the agent says does not count any more, until it introduces itself again. */
  fault(name: string, fault: AgentFault, nowMs: number): void {
    const entry = this.#nodes.get(name)
    if (entry === undefined) return
    entry.fault = fault
    this.#reindex(entry, nowMs)
    this.#events.changed(name)
  }

  /** Adds to what is reserved at a spot, or with the sign -1 takes it away. */
  reserve(spot: Spot, cost: Cost, sign: 1 | -1): void {
    this.#loads.reserve(spot, cost, sign)
  }

  /** Takes the nodes out of the orders that were not heard for too long, and back those that were kept out for long enough. Costs what it finds. */
  sweep(nowMs: number): void {
    for (const entry of this.#keptOut.take(nowMs)) this.#reindex(entry, nowMs)
    for (let first = this.#heard.takeStale(nowMs); first !== undefined; first = this.#heard.takeStale(nowMs)) {
      this.#silent.add(first)
      this.#loads.close(first.number)
      this.#judge(first, nowMs)
      this.#tell(first, nowMs)
    }
  }

  /** Looks for a second sign at the nodes that are silent: what others say of them makes no change of its own. */
  judgeSilent(nowMs: number): void {
    for (const entry of this.#silent) if (this.#judge(entry, nowMs)) this.#tell(entry, nowMs)
  }

  /** A segment on the node follows an order of this epoch. */
  follows(name: string, epoch: number): void {
    const entry = this.#nodes.get(name)
    if (entry?.introduction === undefined || entry.introduction.highestEpoch >= epoch) return
    entry.introduction = { ...entry.introduction, highestEpoch: epoch }
  }

  /** The highest epoch that any node has seen in an order. */
  highestEpoch(): number {
    let highest = 0
    for (const { introduction } of this.#nodes.values()) highest = Math.max(highest, countedOn(introduction?.highestEpoch))
    return highest
  }

  #hear(entry: Entry, nowMs: number): void {
    if (!this.#heard.has(entry)) {
      this.#silent.delete(entry)
      // A stream that only paused brings no hello.
      if (entry.death === undefined) noteBreak(entry, nowMs)
      else noteReturn(entry, { fresh: false }, nowMs)
    }
    this.#heard.put(entry, nowMs)
    this.#reindex(entry, nowMs)
  }

  /** Whether the node was declared dead now. */
  #judge(entry: Entry, nowMs: number): boolean {
    const dies = judgeDeath(entry, () => this.#events.pipesTo(entry.name, nowMs), nowMs)
    if (dies) this.#silent.delete(entry)
    return dies
  }

  #reindexPool(pool: string, nowMs: number): void {
    this.#open.setPacks(pool, this.#pools.get(pool)?.spec.placement === 'pack')
    for (const entry of this.#pools.members(pool)) {
      const { region, gate } = entry
      entry.belongTo(this.#pools.get(pool))
      this.hosts.put(entry)
      this.#reindex(entry, nowMs)
      if (region === entry.region && gate === entry.gate) this.#events.respecified(entry.name)
      else this.#events.changed(entry.name)
    }
  }

  /** Puts a node where its load belongs, or out where it takes no work; tells where its state is another than before. */
  #reindex(entry: Entry, nowMs: number): void {
    const { state, untilMs } = nodeStateOf(entry, nowMs)
    const takesWork = entry.region !== undefined && entry.isMeasured && state === 'ready'
    if (takesWork) this.#loads.open(entry.number)
    else this.#loads.close(entry.number)
    if (untilMs !== undefined) this.#keptOut.add(entry, untilMs)
    recount(entry)
    if (state !== entry.told) this.#tell(entry, nowMs)
  }

  #tell(entry: Entry, nowMs: number): void {
    entry.told = nodeStateOf(entry, nowMs).state
    recount(entry)
    this.#events.changed(entry.name)
  }
}
