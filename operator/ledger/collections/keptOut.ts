/** Things that are kept out for a while, and when to look at them again. Costs nothing until the first of them may be over it. */
export class KeptOut<T> {
  readonly #kept = new Set<T>()
  #nextMs = Number.POSITIVE_INFINITY

  /** It is out until then at least. */
  add(item: T, untilMs: number): void {
    this.#kept.add(item)
    this.#nextMs = Math.min(this.#nextMs, untilMs)
  }

  delete(item: T): void {
    this.#kept.delete(item)
  }

  /** All who are out, once one of them may be over it: who still is, is to be added again. */
  take(nowMs: number): readonly T[] {
    if (nowMs < this.#nextMs) return []
    const taken = [...this.#kept]
    this.#kept.clear()
    this.#nextMs = Number.POSITIVE_INFINITY
    return taken
  }
}
