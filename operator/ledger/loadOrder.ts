/** Something with a name that stands in one {@link LoadOrder} at most, which keeps in it the number that it goes by there; -1 in none. */
export interface Standing {
  readonly name: string
  slot: number
}

/**
 * Items by rising load, ties by name: a binary heap whose items know where they stand. Setting and removing cost O(log n) and allocate
 * nothing, the least loaded item O(1) and each further one in order O(log k), so that a placement never looks at all nodes.
 *
 * The heap holds numbers only: slots and loads by place, and places by slot. What moves while one item finds its place stays within a few
 * dense lists, and the items themselves, of which there are ten thousand all over the memory, are touched only where two loads are the same.
 */
export class LoadOrder<T extends Standing> {
  readonly #items: (T | undefined)[] = []
  readonly #places: number[] = []
  readonly #freeSlots: number[] = []
  readonly #slots: number[] = []
  readonly #loads: number[] = []

  get size(): number {
    return this.#slots.length
  }

  has(item: T): boolean {
    return item.slot >= 0 && this.#items[item.slot] === item
  }

  /** Adds an item or changes its load. */
  set(item: T, load: number): void {
    if (!this.has(item)) this.#add(item, load)
    else this.change(item, load)
  }

  /** Changes the load of an item; nothing where it does not stand here. */
  change(item: T, load: number): void {
    if (!this.has(item)) return
    const place = this.#places[item.slot] ?? 0
    const known = this.#loadAt(place)
    if (load < known) this.#rise(item.slot, load, place)
    else if (load > known) this.#sink(item.slot, load, place)
  }

  delete(item: T): void {
    if (!this.has(item)) return
    const { slot } = item
    item.slot = -1
    this.#items[slot] = undefined
    this.#freeSlots.push(slot)
    const load = this.#loads.pop()
    const last = this.#slots.pop()
    if (load === undefined || last === undefined || last === slot) return
    this.#rise(last, load, this.#places[slot] ?? 0)
    this.#sink(last, load, this.#places[last] ?? 0)
  }

  /** The least loaded item. */
  first(): T | undefined {
    return this.#itemAt(0)
  }

  /** The items by rising load. It must not be changed meanwhile. */
  *inOrder(): Generator<T, void> {
    /** Places of items that may come next, the next one last: few, so that insertion into a sorted list is cheapest. */
    const frontier: number[] = this.size === 0 ? [] : [0]
    for (let place = frontier.pop(); place !== undefined; place = frontier.pop()) {
      const item = this.#itemAt(place)
      if (item === undefined) return
      yield item
      for (const child of [2 * place + 1, 2 * place + 2]) if (child < this.size) this.#offer(frontier, child)
    }
  }

  #add(item: T, load: number): void {
    const slot = this.#freeSlots.pop() ?? this.#items.length
    item.slot = slot
    this.#items[slot] = item
    this.#rise(slot, load, this.size)
  }

  #offer(frontier: number[], place: number): void {
    const slot = this.#slots[place] ?? 0
    let index = frontier.length
    while (index > 0 && !this.#isBefore(slot, this.#loadAt(place), frontier[index - 1] ?? place)) index -= 1
    frontier.splice(index, 0, place)
  }

  #itemAt(place: number): T | undefined {
    const slot = this.#slots[place]
    return slot === undefined ? undefined : this.#items[slot]
  }

  #loadAt(place: number): number {
    return this.#loads[place] ?? Number.POSITIVE_INFINITY
  }

  /** Whether the item of a slot belongs, by such a load, before what stands at a place. */
  #isBefore(slot: number, load: number, place: number): boolean {
    const there = this.#loadAt(place)
    return load < there || (load === there && (this.#items[slot]?.name ?? '') < (this.#itemAt(place)?.name ?? ''))
  }

  #put(slot: number, load: number, place: number): void {
    this.#slots[place] = slot
    this.#loads[place] = load
    this.#places[slot] = place
  }

  /** Copies what stands at one place to another. */
  #shift(from: number, to: number): void {
    const slot = this.#slots[from]
    if (slot !== undefined) this.#put(slot, this.#loadAt(from), to)
  }

  /** Puts an item where it belongs at or above `from`. */
  #rise(slot: number, load: number, from: number): void {
    let place = from
    while (place > 0) {
      const above = (place - 1) >> 1
      if (!this.#isBefore(slot, load, above)) break
      this.#shift(above, place)
      place = above
    }
    this.#put(slot, load, place)
  }

  /** Puts an item where it belongs at or below `from`. */
  #sink(slot: number, load: number, from: number): void {
    let place = from
    for (let below = this.#lesserChild(place); below < this.size; below = this.#lesserChild(place)) {
      if (this.#isBefore(slot, load, below)) break
      this.#shift(below, place)
      place = below
    }
    this.#put(slot, load, place)
  }

  #lesserChild(place: number): number {
    const left = 2 * place + 1
    const right = this.#slots[left + 1]
    return right !== undefined && this.#isBefore(right, this.#loadAt(left + 1), left) ? left + 1 : left
  }
}
