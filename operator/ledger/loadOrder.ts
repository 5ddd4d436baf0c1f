/** Something with a name that stands in one {@link LoadOrder} at most, which keeps in it where: -1 where in none. */
export interface Standing {
  readonly name: string
  standsAt: number
}

/**
 * Items by rising load, ties by name: a binary heap whose items know where they stand. Setting and removing cost O(log n) and allocate
 * nothing, the least loaded item O(1) and each further one in order O(log k), so that a placement never looks at all nodes. Loads stand
 * beside the items in a list of their own: a comparison touches an item only where two loads are the same.
 */
export class LoadOrder<T extends Standing> {
  readonly #items: T[] = []
  readonly #loads: number[] = []

  get size(): number {
    return this.#items.length
  }

  has(item: T): boolean {
    return item.standsAt >= 0 && this.#items[item.standsAt] === item
  }

  /** Adds an item or changes its load. */
  set(item: T, load: number): void {
    if (!this.has(item)) {
      this.#items.push(item)
      this.#loads.push(load)
      this.#rise(item, load, this.#items.length - 1)
      return
    }
    const known = this.#loadAt(item.standsAt)
    if (load < known) this.#rise(item, load, item.standsAt)
    else if (load > known) this.#sink(item, load, item.standsAt)
  }

  delete(item: T): void {
    if (!this.has(item)) return
    const at = item.standsAt
    item.standsAt = -1
    const load = this.#loads.pop() ?? 0
    const last = this.#items.pop()
    if (last === undefined || last === item) return
    this.#rise(last, load, at)
    this.#sink(last, load, last.standsAt)
  }

  /** The least loaded item. */
  first(): T | undefined {
    return this.#items[0]
  }

  /** The items by rising load. It must not be changed meanwhile. */
  *inOrder(): Generator<T, void> {
    /** Where the items stand that may come next, the next one last: few, so that insertion into a sorted list is cheapest. */
    const frontier: number[] = this.size === 0 ? [] : [0]
    for (let at = frontier.pop(); at !== undefined; at = frontier.pop()) {
      const item = this.#items[at]
      if (item === undefined) return
      yield item
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < this.size) this.#offer(frontier, child)
    }
  }

  #offer(frontier: number[], at: number): void {
    const item = this.#items[at]
    if (item === undefined) return
    const load = this.#loadAt(at)
    let index = frontier.length
    while (index > 0 && !this.#isBefore(item, load, frontier[index - 1] ?? at)) index -= 1
    frontier.splice(index, 0, at)
  }

  #loadAt(at: number): number {
    return this.#loads[at] ?? Number.POSITIVE_INFINITY
  }

  /** Whether an item of such load belongs before what stands at `at`. */
  #isBefore(item: T, load: number, at: number): boolean {
    const there = this.#loadAt(at)
    return load < there || (load === there && item.name < (this.#items[at]?.name ?? ''))
  }

  #put(item: T, load: number, at: number): void {
    this.#items[at] = item
    this.#loads[at] = load
    item.standsAt = at
  }

  /** Puts an item where it belongs at or above `from`. */
  #rise(item: T, load: number, from: number): void {
    let at = from
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = this.#items[above]
      if (parent === undefined || !this.#isBefore(item, load, above)) break
      this.#put(parent, this.#loadAt(above), at)
      at = above
    }
    this.#put(item, load, at)
  }

  /** Puts an item where it belongs at or below `from`. */
  #sink(item: T, load: number, from: number): void {
    let at = from
    for (;;) {
      const below = this.#lesserChild(at)
      const child = this.#items[below]
      if (child === undefined || this.#isBefore(item, load, below)) break
      this.#put(child, this.#loadAt(below), at)
      at = below
    }
    this.#put(item, load, at)
  }

  #lesserChild(at: number): number {
    const left = 2 * at + 1
    const right = this.#items[left + 1]
    return right !== undefined && this.#isBefore(right, this.#loadAt(left + 1), left) ? left + 1 : left
  }
}
