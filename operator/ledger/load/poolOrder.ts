import { acceptLimit } from '../../placement/filters.ts'
import { LoadOrder, type Loads, type Shelf } from './loadOrder.ts'

/** What a pool that packs orders by: a node's place falls with its load, so that the order has to know of each change. */
class Ranks implements Loads {
  readonly #loads: Loads
  packs = false

  constructor(loads: Loads) {
    this.#loads = loads
  }

  loadOf(number: number): number {
    return this.rank(this.#loads.loadOf(number))
  }

  bind(number: number, bound: number): void {
    this.#loads.bind(number, this.packs && bound > Number.NEGATIVE_INFINITY ? Number.POSITIVE_INFINITY : bound)
  }

  rank(load: number): number {
    if (!this.packs) return load
    return load < acceptLimit ? acceptLimit - load : acceptLimit + load
  }
}

/**
 * The nodes of one pool that take new segments: by rising load, or, where the pool packs, by falling load, and behind all that have room
 * those that have none.
 */
export class PoolOrder<T extends { readonly name: string; readonly newSegmentLoad: number }> {
  /** How many nodes belong to it, whether they stand in it now or not. */
  members = 0
  readonly #ranks: Ranks
  readonly #order: LoadOrder<T>

  constructor(shelf: Shelf<T>, loads: Loads) {
    this.#ranks = new Ranks(loads)
    this.#order = new LoadOrder(shelf, this.#ranks)
  }

  /** Whether the pool fills one node after the other. A change takes all nodes out, which are to be put in anew. */
  set packs(packs: boolean) {
    if (packs === this.#ranks.packs) return
    this.#order.clear()
    this.#ranks.packs = packs
  }

  get size(): number {
    return this.#order.size
  }

  /** The node that should take the next segment. */
  first(): T | undefined {
    return this.#order.first()
  }

  /** All, that one first. The order must not be changed meanwhile. */
  inOrder(): Iterable<T> {
    return this.#order.inOrder()
  }

  /** By what the nodes of the order stand in it: the lower, the sooner. */
  rankOf({ newSegmentLoad }: T): number {
    return this.#ranks.rank(newSegmentLoad)
  }

  /** Puts a node in by its number, or heeds that its load is another. */
  set(number: number): void {
    this.#order.set(number)
  }

  /** Does a part of what is left for the next {@link first}. */
  settle(): void {
    this.#order.settle()
  }

  delete(number: number): void {
    this.#order.delete(number)
  }
}
