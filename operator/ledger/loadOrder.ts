/** Something with a load, as {@link LoadOrder} keeps it. */
interface Slot<T> {
  readonly name: string
  readonly item: T
  load: number
  index: number
}

const before = <T>(a: Slot<T>, b: Slot<T>): boolean => a.load < b.load || (a.load === b.load && a.name < b.name)

/**
 * Items by rising load, ties by name: a binary heap that knows where each item stands. Setting and removing cost O(log n), the least
 * loaded item O(1) and each further one in order O(log k), so that a placement never looks at all nodes.
 */
export class LoadOrder<T> {
  readonly #heap: Slot<T>[] = []
  readonly #slots = new Map<string, Slot<T>>()

  get size(): number {
    return this.#heap.length
  }

  has(name: string): boolean {
    return this.#slots.has(name)
  }

  /** Adds an item or changes its load. */
  set(name: string, item: T, load: number): void {
    const slot = this.#slots.get(name)
    if (slot === undefined) {
      const added = { name, item, load, index: this.#heap.length }
      this.#slots.set(name, added)
      this.#heap.push(added)
      this.#rise(added)
    } else if (slot.load !== load) {
      slot.load = load
      this.#rise(slot)
      this.#sink(slot)
    }
  }

  delete(name: string): void {
    const slot = this.#slots.get(name)
    if (slot === undefined) return
    this.#slots.delete(name)
    const last = this.#heap.pop()
    if (last === undefined || last === slot) return
    this.#put(last, slot.index)
    this.#rise(last)
    this.#sink(last)
  }

  /** The least loaded item. */
  first(): T | undefined {
    return this.#heap[0]?.item
  }

  /** The items by rising load. It must not be changed meanwhile. */
  *inOrder(): Generator<T, void> {
    const [first] = this.#heap
    if (first === undefined) return
    yield first.item
    const frontier = new Frontier<T>()
    this.#offerChildren(first, frontier)
    for (let next = frontier.take(); next !== undefined; next = frontier.take()) {
      yield next.item
      this.#offerChildren(next, frontier)
    }
  }

  #offerChildren(slot: Slot<T>, frontier: Frontier<T>): void {
    for (const index of [2 * slot.index + 1, 2 * slot.index + 2]) {
      const child = this.#heap[index]
      if (child !== undefined) frontier.offer(child)
    }
  }

  #put(slot: Slot<T>, index: number): void {
    this.#heap[index] = slot
    slot.index = index
  }

  #rise(slot: Slot<T>): void {
    for (;;) {
      const parent = slot.index === 0 ? undefined : this.#heap[(slot.index - 1) >> 1]
      if (parent === undefined || !before(slot, parent)) return
      const index = parent.index
      this.#put(parent, slot.index)
      this.#put(slot, index)
    }
  }

  #sink(slot: Slot<T>): void {
    for (;;) {
      const left = this.#heap[2 * slot.index + 1]
      const right = this.#heap[2 * slot.index + 2]
      const child = left !== undefined && right !== undefined && before(right, left) ? right : left
      if (child === undefined || !before(child, slot)) return
      const index = child.index
      this.#put(child, slot.index)
      this.#put(slot, index)
    }
  }
}

/** The slots that may come next while a heap is walked in order: few, so that insertion into a sorted list is cheapest. */
class Frontier<T> {
  readonly #sorted: Slot<T>[] = []

  offer(slot: Slot<T>): void {
    let index = this.#sorted.length
    while (index > 0 && !before(slot, this.#sorted[index - 1] ?? slot)) index -= 1
    this.#sorted.splice(index, 0, slot)
  }

  /** The least loaded one; it stands at the end. */
  take(): Slot<T> | undefined {
    return this.#sorted.pop()
  }
}
