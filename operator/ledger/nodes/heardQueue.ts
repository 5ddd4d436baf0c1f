import { loadStaleAfterMs } from '../../../sfu/api/load.ts'
import { isStale } from './nodeState.ts'
import { Queue, type Queued } from '../collections/queue.ts'

interface Hearable<T> extends Queued<T> {
  heardAtMs: number | undefined
}

/**
 * Who was heard, the longest ago first: each is put last at every line. Each decision asks whether somebody is stale by now; the answer is no until the first can be,
 * and until then that one, which nobody has looked at for as long as anybody, is not looked at for this either.
 */
export class HeardQueue<T extends Hearable<T>> {
  readonly #queue = new Queue<T>()
  #nobodyUntilMs = Number.NEGATIVE_INFINITY

  has(item: T): boolean {
    return this.#queue.has(item)
  }

  /** Puts one last that was heard now. */
  put(item: T, nowMs: number): void {
    this.#queue.put(item)
    item.heardAtMs = nowMs
    this.#nobodyUntilMs = Math.min(this.#nobodyUntilMs, nowMs + loadStaleAfterMs)
  }

  delete(item: T): void {
    this.#queue.delete(item)
  }

  /** Takes out the first, where that is stale. */
  takeStale(nowMs: number): T | undefined {
    if (nowMs <= this.#nobodyUntilMs) return undefined
    const first = this.#queue.first()
    if (first !== undefined && isStale(first, nowMs)) {
      this.#queue.delete(first)
      return first
    }
    this.#nobodyUntilMs = (first?.heardAtMs ?? nowMs) + loadStaleAfterMs
    return undefined
  }
}
