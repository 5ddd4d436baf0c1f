/**
 * Numbers in the order in which they were put. Each keeps its index for good: the first has `begin`, and the next to be put gets `end`. One
 * dense ring, which grows as needed and stays as large as it ever was.
 */
export class NumberQueue {
  /** A power of two of them, so that a mask says where an index stands, however large it has become. */
  #values = new Float64Array(64)
  #mask = 63
  #begin = 0
  #end = 0

  get begin(): number {
    return this.#begin
  }

  get end(): number {
    return this.#end
  }

  /** Puts a number at the end; its index. */
  put(value: number): number {
    if (this.#end - this.#begin === this.#values.length) this.#grow()
    this.#values[this.#end & this.#mask] = value
    this.#end += 1
    return this.#end - 1
  }

  /** The number with an index between `begin` and `end`. */
  at(index: number): number {
    return this.#values[index & this.#mask] ?? 0
  }

  set(index: number, value: number): void {
    this.#values[index & this.#mask] = value
  }

  /** Takes out all before an index. */
  dropUntil(index: number): void {
    this.#begin = index
  }

  #grow(): void {
    const values = new Float64Array(2 * this.#values.length)
    const mask = values.length - 1
    for (let index = this.#begin; index < this.#end; index++) values[index & mask] = this.at(index)
    this.#values = values
    this.#mask = mask
  }
}
