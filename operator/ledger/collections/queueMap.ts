import { Queue, type Queued } from './queue.ts'

interface Link<T> extends Queued<Link<T>> {
  readonly key: string
  item: T
}

/** A map in the order in which its keys were last put, whose first entry costs O(1) to find. */
export class QueueMap<T> {
  readonly #links = new Map<string, Link<T>>()
  readonly #order = new Queue<Link<T>>()

  get size(): number {
    return this.#links.size
  }

  get(key: string): T | undefined {
    return this.#links.get(key)?.item
  }

  /** Puts an entry at the end; one of the same key goes. */
  put(key: string, item: T): void {
    const known = this.#links.get(key)
    const link = known ?? { key, item, before: undefined, after: undefined }
    link.item = item
    if (known === undefined) this.#links.set(key, link)
    this.#order.put(link)
  }

  /** Takes an entry out; whether there was one. */
  delete(key: string): boolean {
    const link = this.#links.get(key)
    if (link === undefined) return false
    this.#links.delete(key)
    return this.#order.delete(link)
  }

  /** The entry that was put the longest ago. */
  first(): { readonly key: string; readonly item: T } | undefined {
    return this.#order.first()
  }
}
