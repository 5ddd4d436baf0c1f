/** Something that stands in one {@link Queue} at most, which keeps its neighbours in it. */
export interface Queued<T> {
  before: T | undefined
  after: T | undefined
}

/**
 * Items in the order in which they were put. Each operation costs O(1) and allocates nothing: the items are the list. (A Map has that order
 * too, but walks over the holes that deletions leave at its front: thousands, where ten thousand entries are put again each second.)
 */
export class Queue<T extends Queued<T>> {
  #first: T | undefined
  #last: T | undefined

  /** The item that was put the longest ago. */
  first(): T | undefined {
    return this.#first
  }

  has(item: T): boolean {
    return item.before !== undefined || item === this.#first
  }

  /** Puts an item at the end, wherever it stood. */
  put(item: T): void {
    this.delete(item)
    item.before = this.#last
    if (this.#last === undefined) this.#first = item
    else this.#last.after = item
    this.#last = item
  }

  /** Takes an item out; whether it was in. */
  delete(item: T): boolean {
    if (!this.has(item)) return false
    const { before, after } = item
    if (before === undefined) this.#first = after
    else before.after = after
    if (after === undefined) this.#last = before
    else after.before = before
    item.before = undefined
    item.after = undefined
    return true
  }
}
