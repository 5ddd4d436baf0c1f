interface Link<T> {
  readonly key: string
  readonly item: T
  before: Link<T> | undefined
  after: Link<T> | undefined
}

/**
 * A map in the order in which its keys were last put, whose first entry costs O(1) to find. A plain Map has that order too, but walks
 * over the holes that deletions leave at its front: thousands, where ten thousand entries are put again each second.
 */
export class QueueMap<T> {
  readonly #links = new Map<string, Link<T>>()
  #first: Link<T> | undefined
  #last: Link<T> | undefined

  get size(): number {
    return this.#links.size
  }

  get(key: string): T | undefined {
    return this.#links.get(key)?.item
  }

  has(key: string): boolean {
    return this.#links.has(key)
  }

  /** Puts an entry at the end; one of the same key goes. */
  put(key: string, item: T): void {
    this.delete(key)
    const link: Link<T> = { key, item, before: this.#last, after: undefined }
    if (this.#last === undefined) this.#first = link
    else this.#last.after = link
    this.#last = link
    this.#links.set(key, link)
  }

  /** Takes an entry out; whether there was one. */
  delete(key: string): boolean {
    const link = this.#links.get(key)
    if (link === undefined) return false
    this.#links.delete(key)
    if (link.before === undefined) this.#first = link.after
    else link.before.after = link.after
    if (link.after === undefined) this.#last = link.before
    else link.after.before = link.before
    return true
  }

  /** The entry that was put the longest ago. */
  first(): { readonly key: string; readonly item: T } | undefined {
    return this.#first
  }
}
