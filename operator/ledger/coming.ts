import type { MediaNodePool } from '../../crds/index.ts'
import type { MediaNodes } from './nodes/mediaNodes.ts'
import { isEmptied, type NodeEntry } from './nodes/nodeEntry.ts'
import { nodeStateOf } from './nodes/nodeState.ts'
import { maySoonStart } from './nodes/starting.ts'

/** The nodes are looked at anew after this: whoever waits asks about as often. */
const lookEachMs = 1_000

/** How many media nodes a pool is about to get. */
export class Coming {
  readonly #nodes: MediaNodes
  #byPool: ReadonlyMap<string, number> = new Map()
  #lookedAtMs = Number.NEGATIVE_INFINITY

  constructor(nodes: MediaNodes) {
    this.#nodes = nodes
  }

  /** Media nodes of these pools that start, and those that the pools are still to make. */
  count(pools: readonly MediaNodePool[], nowMs: number): number {
    if (nowMs - this.#lookedAtMs >= lookEachMs) this.#look(nowMs)
    return pools.reduce((sum, { metadata }) => sum + (this.#byPool.get(metadata.name) ?? 0), 0)
  }

  #look(nowMs: number): void {
    this.#lookedAtMs = nowMs
    const nodes = Map.groupBy(this.#nodes.all(), ({ object }) => object.spec.pool)
    const coming = (pool: MediaNodePool): number => comingTo(pool, nodes.get(pool.metadata.name) ?? [], nowMs)
    this.#byPool = new Map(this.#nodes.pools().map((pool) => [pool.metadata.name, coming(pool)]))
  }
}

/** One that takes longer than a start does fails: nobody is told to wait for it. */
const starts = (node: NodeEntry, nowMs: number): boolean =>
  nodeStateOf(node, nowMs).state === 'pending' && !isEmptied(node) && maySoonStart(node, nowMs)

/** A pool with an image makes its nodes; those that were registered by their address, or are emptied, are not counted (see the CRD). */
function comingTo({ spec }: MediaNodePool, nodes: readonly NodeEntry[], nowMs: number): number {
  const starting = nodes.filter((node) => starts(node, nowMs)).length
  if (spec.image === undefined) return starting
  const made = nodes.filter((node) => node.object.spec.address === undefined && !isEmptied(node)).length
  return starting + Math.max(0, (spec.replicas ?? 1) - made)
}
