import type { MediaNode } from '../../../crds/index.ts'
import type { DrainReport, DrainWish } from '../../../sfu/api/drain.ts'
import type { HelloLine } from '../../../sfu/api/load.ts'
import type { Cost } from '../load/cost.ts'
import type { Hold } from './damping.ts'
import type { WantedDrain } from './drainOf.ts'
import type { MeasuredLoad, Resource, Spot } from '../load/nodeMeasures.ts'

/** Why an agent's word does not count: it is another's, or it breaks the contract. */
export interface AgentFault {
  readonly message: string
}

/** An order to drain, and as what the node repeats it: an older one passes over what it does not know. */
export interface DrainTaken {
  readonly order: DrainWish
  readonly as: DrainWish
}

/** What a media node said of itself when its load stream began. */
export type Introduction = Omit<HelloLine, 'type' | 'protocol' | 'segments' | 'drain'>

/** Where a media node is, as far as that is known beside its object. */
export interface NodeWhere {
  /** Of its agent. */
  readonly url: string | undefined
  /** Of its region. */
  readonly zone?: string | undefined
}

/** What is known of a media node: its object, and what came down its load stream. Times are monotonic milliseconds. */
export interface NodeEntry {
  readonly name: string
  /** By which its load is found; never another node's. */
  readonly number: number
  readonly object: MediaNode
  /** Of its agent; undefined while its Pod has no address. A node that is ready has been heard there. */
  readonly url: string | undefined
  /** Of its pool; undefined where the pool does not exist. */
  readonly region: string | undefined
  /** Part of its region, within which traffic costs nothing; undefined where nobody told it. */
  readonly zone: string | undefined
  /** Why its pool does not let it take work; undefined where it does. */
  readonly gate: string | undefined
  /** That it is emptied, as its object asks. */
  readonly drain: WantedDrain | undefined
  /** Why it was decided to empty it, from then on: its object says so a little later. It takes nobody new meanwhile. */
  leaving: string | undefined
  /** How far its drain is, by its own word; undefined where it takes work. */
  readonly drainTold: DrainReport | undefined
  /**
   * Since when nobody is on it while it drains, by its own word: nobody comes either, whatever grant they hold. Undefined where that is not so.
   */
  readonly vacantSinceMs: number | undefined
  /** The order to drain that it took last from this leader. */
  readonly drainTaken: DrainTaken | undefined
  /** Its pool fills one node after the other. */
  readonly packs: boolean
  /** Since when this process tries to hear it. */
  readonly knownSinceMs: number
  /** Since when its agent has the address that it has; undefined while it has none. */
  readonly addressedAtMs: number | undefined
  readonly introduction: Introduction | undefined
  /** Of the contract between media nodes: those of one meeting have the same. */
  readonly edgeVersion: number
  readonly heardAtMs: number | undefined
  /** It takes new segments: ready when it was looked at last, which is at each change but silence; of a pool that exists, its load known. */
  readonly isOpen: boolean
  /** What people call its load: the share of its worst worker or resource, as it was measured; undefined where it is not known. */
  readonly worstShare: number | undefined
  /** Whether its load is known. */
  readonly isMeasured: boolean
  /** What it told last, put together anew each time. */
  readonly load: MeasuredLoad | undefined
  /** Load that a new segment meets, with what is reserved; 1 and more where nothing is known. */
  readonly newSegmentLoad: number
  /** Last time a connection to it was refused. */
  readonly refusedAtMs: number | undefined
  /** What the last try to hear it that failed met, for people. */
  readonly unanswered: string | undefined
  /** That it is lost, by which two signs; undefined once it is heard again. */
  readonly death: string | undefined
  /** It was lost and is back: it takes no new work for a while. */
  readonly hold: Hold | undefined
  /** Why it is suspected to be failing though it is heard, and for how long. */
  readonly suspicion: Hold | undefined
  readonly fault: AgentFault | undefined
  /** What placements of the last seconds will add to it. */
  readonly reserved: Cost
  /** The worker that a new segment will come to, as far as its load says; undefined while it is not known. */
  readonly leastLoadedWorker: number | undefined
  /** The load that a new segment meets there which brings `more`. */
  newSegmentLoadWith(more: Cost): number
  /** A cost, of each resource at most such a share of what the node carries. */
  atMost(cost: Cost, share: number): Cost
  /** The load that a join meets on a worker, with what is reserved and `more`; of the worst worker where it is not known. */
  joinLoad(worker: number | undefined, more?: Cost): number
  /** Each resource's share, with what is reserved, on that worker. */
  sharesOf(worker: number | undefined): Readonly<Record<Resource, number>>
  /** Where what that worker carries is reserved. */
  spotOf(worker: number | undefined): Spot
}

/** Something on a media node that remembers it: to find it by name costs several times as much. */
export interface Hosted {
  readonly node: string
  host: NodeEntry | undefined
  /** Of that; -1 where none was found yet. */
  number: number
}

/** Whether the node is emptied: its object asks for it, or it was told to stop. */
export const isEmptied = ({ drain, drainTold }: NodeEntry): boolean => drain !== undefined || drainTold !== undefined
