import type { MediaNode, MediaNodePool } from '../../../crds/index.ts'
import type { DrainReport } from '../../../sfu/api/drain.ts'
import type { Cost } from '../load/cost.ts'
import type { Flaps, Hold } from './damping.ts'
import type { WantedDrain } from './drainOf.ts'
import { gateOf } from './gateOf.ts'
import type { AgentFault, DrainTaken, Introduction, NodeEntry, NodeWhere } from './nodeEntry.ts'
import type { LostMedia } from './lostMedia.ts'
import type { NodeLoads } from '../load/nodeLoads.ts'
import type { MeasuredLoad, Resource, Spot } from '../load/nodeMeasures.ts'
import type { NodeState } from './nodeState.ts'
import { Standing, type Counted } from '../pools/poolTally.ts'
import type { Queued } from '../collections/queue.ts'

/** What is known of a media node, as {@link MediaNodes} keep it. Its load stands among those of all. */
export class Entry implements NodeEntry, Counted, Queued<Entry> {
  // What each decision asks of a candidate, side by side: an object lies in memory as its fields are written down.
  readonly name: string
  readonly number: number
  readonly #loads: NodeLoads<Entry>
  heardAtMs: number | undefined = undefined
  region: string | undefined = undefined
  leaving: string | undefined = undefined
  introduction: Introduction | undefined = undefined
  edgeVersion = 1
  packs = false
  object: MediaNode
  url: string | undefined = undefined
  zone: string | undefined = undefined
  gate: string | undefined = undefined
  drainTold: DrainReport | undefined = undefined
  vacantSinceMs: number | undefined = undefined
  drainTaken: DrainTaken | undefined = undefined
  /** When it was emptied last; undefined where it never was, or is now. */
  emptiedUntilMs: number | undefined = undefined
  readonly knownSinceMs: number
  addressedAtMs: number | undefined = undefined
  refusedAtMs: number | undefined = undefined
  unanswered: string | undefined = undefined
  death: string | undefined = undefined
  flaps: Flaps | undefined = undefined
  hold: Hold | undefined = undefined
  lostMedia: LostMedia | undefined = undefined
  suspicion: Hold | undefined = undefined
  fault: AgentFault | undefined = undefined
  // What each beat asks.
  drain: WantedDrain | undefined = undefined
  /** As it was told to others last. */
  told: NodeState = 'pending'
  readonly standing = new Standing()
  /** Its neighbours among those that were heard. */
  before: Entry | undefined = undefined
  after: Entry | undefined = undefined

  constructor(loads: NodeLoads<Entry>, object: MediaNode, nowMs: number) {
    this.name = object.metadata.name
    this.#loads = loads
    this.number = loads.add(this)
    this.object = object
    this.knownSinceMs = nowMs
  }

  /** Takes over what a node has of its pool; `pool` is undefined where that does not exist. */
  belongTo(pool: MediaNodePool | undefined): void {
    this.region = pool?.spec.region
    this.packs = pool?.spec.placement === 'pack'
    this.gate = gateOf(this.object, pool)
  }

  /** Where it is now; without an address its agent has none. */
  stand({ url, zone }: NodeWhere, nowMs: number): void {
    this.zone = zone
    if (this.url !== url) this.addressedAtMs = url === undefined ? undefined : nowMs
    this.url = url
  }

  /** Takes over what a node says of itself when its load stream begins. */
  introduce(introduction: Introduction): void {
    this.introduction = introduction
    this.edgeVersion = introduction.edgeVersion ?? 1
  }

  get isOpen(): boolean {
    return this.#loads.isOpen(this.number)
  }

  get isReady(): boolean {
    return this.told === 'ready'
  }

  get isDraining(): boolean {
    return this.drain !== undefined
  }

  get worstShare(): number | undefined {
    return this.isMeasured ? this.#loads.worstShareOf(this.number) : undefined
  }

  get isMeasured(): boolean {
    return this.#loads.isMeasured(this.number)
  }

  get load(): MeasuredLoad | undefined {
    return this.#loads.measuredOn(this.number)
  }

  get newSegmentLoad(): number {
    return this.#loads.loadOf(this.number)
  }

  get reserved(): Cost {
    return this.#loads.reservedOn(this.number)
  }

  get leastLoadedWorker(): number | undefined {
    return this.#loads.leastLoadedWorker(this.number)
  }

  newSegmentLoadWith(more: Cost): number {
    return this.#loads.forNewSegmentWith(this.number, more)
  }

  atMost(cost: Cost, share: number): Cost {
    return this.#loads.atMost(this.number, cost, share)
  }

  joinLoad(worker: number | undefined, more?: Cost): number {
    return this.#loads.forJoin(this.number, worker, more)
  }

  sharesOf(worker: number | undefined): Readonly<Record<Resource, number>> {
    return this.#loads.sharesOf(this.number, worker)
  }

  spotOf(worker: number | undefined): Spot {
    return this.#loads.spotOf(this.number, worker)
  }
}
