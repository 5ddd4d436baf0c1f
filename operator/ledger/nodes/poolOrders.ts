import type { OpenNodes } from '../../placement/view.ts'
import type { NodeLoads } from '../load/nodeLoads.ts'
import type { NodeEntry } from './nodeEntry.ts'
import { PoolOrder } from '../load/poolOrder.ts'

/** The nodes of several orders of one pool as one: of the least of each, the least. Few, since a pool seldom has nodes of two versions. */
class Together<T extends NodeEntry> implements OpenNodes {
  readonly #orders: ReadonlyMap<number, PoolOrder<T>>

  constructor(orders: ReadonlyMap<number, PoolOrder<T>>) {
    this.#orders = orders
  }

  get size(): number {
    let size = 0
    for (const order of this.#orders.values()) size += order.size
    return size
  }

  first(): T | undefined {
    let best: { node: T; rank: number } | undefined
    for (const order of this.#orders.values()) {
      const node = order.first()
      if (node !== undefined && (best === undefined || isBefore(order, node, best))) best = { node, rank: order.rankOf(node) }
    }
    return best?.node
  }

  *inOrder(): Generator<T, void> {
    const queues = [...this.#orders.values()].map((order) => {
      const nodes = order.inOrder()[Symbol.iterator]()
      return { order, nodes, next: nodes.next() }
    })
    for (;;) {
      let best: { node: T; rank: number } | undefined
      let from: (typeof queues)[number] | undefined
      for (const queue of queues) {
        if (queue.next.done === true || (best !== undefined && !isBefore(queue.order, queue.next.value, best))) continue
        best = { node: queue.next.value, rank: queue.order.rankOf(queue.next.value) }
        from = queue
      }
      if (best === undefined || from === undefined) return
      yield best.node
      from.next = from.nodes.next()
    }
  }
}

function isBefore<T extends NodeEntry>(order: PoolOrder<T>, node: T, than: { node: T; rank: number }): boolean {
  const rank = order.rankOf(node)
  return rank < than.rank || (rank === than.rank && node.name < than.node.name)
}

/** One pool's orders, one for each version of the contract between media nodes that its nodes have. */
interface OfPool<T extends NodeEntry> {
  readonly byVersion: Map<number, PoolOrder<T>>
  readonly together: Together<T>
  packs: boolean
}

/** The orders of all pools, so that neither a pool nor a version has to be looked for among all nodes. */
export class PoolOrders<T extends NodeEntry> {
  readonly #loads: NodeLoads<T>
  readonly #byPool = new Map<string, OfPool<T>>()
  readonly #none: PoolOrder<T>

  constructor(loads: NodeLoads<T>) {
    this.#loads = loads
    this.#none = new PoolOrder(loads, loads)
  }

  /** The nodes of a pool that take new segments, the one that should take the next first; those of one version where that is given. */
  open(pool: string, version?: number): OpenNodes {
    const known = this.#byPool.get(pool)
    if (known === undefined) return this.#none
    if (version !== undefined) return known.byVersion.get(version) ?? this.#none
    const [only] = known.byVersion.values()
    return known.byVersion.size === 1 && only !== undefined ? only : known.together
  }

  /** From now on the node belongs to the order of its pool and its version; `poolBefore` had it until now. */
  put({ number, object, edgeVersion }: T, poolBefore: string): void {
    this.#loads.moveTo(number, this.#orderOf(object.spec.pool, edgeVersion))
    this.#tidy(poolBefore)
  }

  /** The node has gone. */
  remove({ number, object }: T): void {
    this.#loads.remove(number)
    this.#tidy(object.spec.pool)
  }

  /** Whether the pool fills one node after the other. A change takes them all out, to be opened again. */
  setPacks(pool: string, packs: boolean): void {
    const known = this.#ofPool(pool)
    known.packs = packs
    for (const order of known.byVersion.values()) order.packs = packs
    this.#tidy(pool)
  }

  /** The order of a pool's nodes of one version. */
  #orderOf(pool: string, version: number): PoolOrder<T> {
    const { byVersion, packs } = this.#ofPool(pool)
    const known = byVersion.get(version)
    if (known !== undefined) return known
    const order = new PoolOrder<T>(this.#loads, this.#loads)
    order.packs = packs
    byVersion.set(version, order)
    return order
  }

  /** Orders that no node belongs to any more go, else each decision would look at all versions that a node ever told. */
  #tidy(pool: string): void {
    const known = this.#byPool.get(pool)
    if (known === undefined) return
    for (const [version, { members }] of known.byVersion) if (members === 0) known.byVersion.delete(version)
    if (known.byVersion.size === 0 && !known.packs) this.#byPool.delete(pool)
  }

  #ofPool(pool: string): OfPool<T> {
    const known = this.#byPool.get(pool)
    if (known !== undefined) return known
    const byVersion = new Map<number, PoolOrder<T>>()
    const made = { byVersion, together: new Together(byVersion), packs: false }
    this.#byPool.set(pool, made)
    return made
  }
}
