import type { NodeEntry } from './nodeEntry.ts'

/** Media nodes that are suspected to be failing though they are heard: few, and for a while. */
export class Suspects<T extends NodeEntry> {
  readonly #nodes = new Set<T>()

  add(node: T): void {
    this.#nodes.add(node)
  }

  delete(node: T): void {
    this.#nodes.delete(node)
  }

  /** How many nodes of a pool are suspected now. */
  countOf(pool: string, nowMs: number): number {
    let count = 0
    for (const node of this.#nodes) {
      if ((node.suspicion?.untilMs ?? 0) <= nowMs) this.#nodes.delete(node)
      else if (node.object.spec.pool === pool) count += 1
    }
    return count
  }
}
