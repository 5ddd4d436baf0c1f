import type { Shelf } from './loadOrder.ts'
import type { PoolOrder } from './poolOrder.ts'

/** Below this, what rounding leaves of a sum of reservations counts as none. */
const epsilon = 1e-9

/**
 * The loads of all media nodes by number, measured and reserved, as shares of what each carries. A join reserves on every node of its
 * meeting and gives it back 20 s later; that touches these dense lists and none of the nodes. No number is given twice: what is still
 * reserved for a node that has gone falls on nobody.
 */
export class NodeLoads<T extends { readonly name: string }> {
  readonly shelf: Shelf<T> = { items: [], places: [] }
  readonly #measured: number[] = []
  readonly #reserved: number[] = []
  readonly #consumerShares: number[] = []
  readonly #orders: (PoolOrder<T> | undefined)[] = []

  /** A number for a node, which stands in no order yet. */
  add(node: T): number {
    const number = this.shelf.items.length
    this.shelf.items.push(node)
    this.shelf.places.push(-1)
    this.#measured.push(1)
    this.#reserved.push(0)
    this.#consumerShares.push(0)
    this.#orders.push(undefined)
    return number
  }

  /** The node has gone. */
  remove(number: number): void {
    this.close(number)
    this.#orders[number] = undefined
    this.shelf.items[number] = undefined
  }

  /** The pool in whose order the node stands when it takes new segments. */
  moveTo(number: number, order: PoolOrder<T>): void {
    if (this.#orders[number] === order) return
    this.close(number)
    this.#orders[number] = order
  }

  /** The node takes new segments: it stands in its pool's order by its load. */
  open(number: number): void {
    this.#orders[number]?.set(number, this.forNewSegment(number))
  }

  /** The node takes no new segments for now. */
  close(number: number): void {
    this.#orders[number]?.delete(number)
  }

  /** The load that a new segment meets there, with what is reserved; 1 and more where nothing is measured. */
  forNewSegment(number: number): number {
    return (this.#measured[number] ?? 1) + this.reservedOn(number)
  }

  /** What placements of the last seconds will add. */
  reservedOn(number: number): number {
    return this.#reserved[number] ?? 0
  }

  /** What one more consumer adds to the load of a worker there; 0 where the capacity is not known. */
  consumerShareOf(number: number): number {
    return this.#consumerShares[number] ?? 0
  }

  /** Notes the load that a new segment meets, as it was measured. `open` and `close` put the node where it belongs. */
  measure(number: number, load: number): void {
    this.#measured[number] = load
  }

  setConsumerShare(number: number, share: number): void {
    this.#consumerShares[number] = share
  }

  /** Adds to what is reserved. */
  reserve(number: number, share: number): void {
    const reserved = this.reservedOn(number) + share
    this.#reserved[number] = reserved < epsilon ? 0 : reserved
    this.#orders[number]?.change(number, this.forNewSegment(number))
  }
}
