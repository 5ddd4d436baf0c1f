import type { Hosted, NodeEntry } from './nodeEntry.ts'
import type { Spot } from '../load/nodeMeasures.ts'

/** Where a cost falls that a worker of a node carries, as {@link NodeLoads} know it. */
interface Spots {
  spotOf(node: number, worker: number | undefined): Spot
}

/** Of a node that no pool has. */
const nowhere = ''

/**
 * Which media node hosts what, and in which region. A join asks it of each segment of its meeting, and goes to one of them: so the others are
 * told from dense lists by number, without a look at their nodes, which lie all over the memory.
 */
export class Hosts<T extends NodeEntry> {
  readonly #byName: ReadonlyMap<string, T>
  readonly #spots: Spots
  /** By number; undefined for a node that has gone. */
  readonly #regions: (string | undefined)[] = []

  constructor(byName: ReadonlyMap<string, T>, spots: Spots) {
    this.#byName = byName
    this.#spots = spots
  }

  /** A node is there, or its region is another. */
  put({ number, region }: T): void {
    this.#regions[number] = region ?? nowhere
  }

  /** A node has gone. */
  delete({ number }: T): void {
    this.#regions[number] = undefined
  }

  /** The node that hosts something; undefined where it is not known (any more). */
  of(hosted: Hosted): NodeEntry | undefined {
    return this.#numberOf(hosted) < 0 ? undefined : hosted.host
  }

  /** In which region that stands; undefined where it is not known, or in none. */
  regionOf(hosted: Hosted): string | undefined {
    const number = this.#numberOf(hosted)
    return number < 0 ? undefined : this.#regions[number] || undefined
  }

  /** Where on it a cost falls that such a worker carries. */
  spotOf(hosted: Hosted, worker: number | undefined): Spot | undefined {
    const number = this.#numberOf(hosted)
    return number < 0 ? undefined : this.#spots.spotOf(number, worker)
  }

  #numberOf(hosted: Hosted): number {
    // Never with -1: a look outside of a list makes all looks into it slow.
    if (hosted.number >= 0 && this.#regions[hosted.number] !== undefined) return hosted.number
    hosted.host = this.#byName.get(hosted.node)
    hosted.number = hosted.host?.number ?? -1
    return hosted.number
  }
}
