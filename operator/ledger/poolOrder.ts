import { acceptLimit } from '../placement/filters.ts'
import { LoadOrder, type Shelf } from './loadOrder.ts'

/**
 * The nodes of one pool that take new segments: by rising load, or, where the pool packs, by falling load, and behind all that have room
 * those that have none.
 */
export class PoolOrder<T extends { readonly name: string; readonly newSegmentLoad: number }> {
  /** Whether the pool fills one node after the other. What stands in the order has to be set again after a change. */
  packs = false
  readonly #order: LoadOrder<T>

  constructor(shelf: Shelf<T>) {
    this.#order = new LoadOrder(shelf)
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
    return this.#rank(newSegmentLoad)
  }

  /** Puts a node in by its number, or changes its load. */
  set(number: number, load: number): void {
    this.#order.set(number, this.#rank(load))
  }

  /** Changes the load of a node; nothing where it takes none. */
  change(number: number, load: number): void {
    this.#order.change(number, this.#rank(load))
  }

  delete(number: number): void {
    this.#order.delete(number)
  }

  #rank(load: number): number {
    if (!this.packs) return load
    return load < acceptLimit ? acceptLimit - load : acceptLimit + load
  }
}
