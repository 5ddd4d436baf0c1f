/** What {@link LoadOrder}s have in common: things by number, and where each stands in the one order that has it; -1 where none does. */
export interface Shelf<T extends { readonly name: string }> {
  readonly items: (T | undefined)[]
  readonly places: number[]
}

/**
 * Numbers of things by rising load, ties by name: a binary heap that knows where each number stands. Setting and removing cost O(log n) and
 * allocate nothing, the least loaded one O(1) and each further one in order O(log k), so that a placement never looks at all nodes.
 *
 * What moves while a number finds its place are entries of dense lists; the things themselves, of which there are ten thousand all over the
 * memory, are touched only where two loads are the same.
 */
export class LoadOrder<T extends { readonly name: string }> {
  readonly #shelf: Shelf<T>
  /** By place. */
  readonly #numbers: number[] = []
  readonly #loads: number[] = []

  constructor(shelf: Shelf<T>) {
    this.#shelf = shelf
  }

  get size(): number {
    return this.#numbers.length
  }

  has(number: number): boolean {
    const place = this.#placeOf(number)
    return place >= 0 && this.#numbers[place] === number
  }

  /** Adds a number or changes its load. It must stand in no other order. */
  set(number: number, load: number): void {
    if (this.has(number)) this.change(number, load)
    else this.#rise(number, load, this.size)
  }

  /** Changes the load of a number; nothing where it does not stand here. */
  change(number: number, load: number): void {
    if (!this.has(number)) return
    const place = this.#placeOf(number)
    const known = this.#loadAt(place)
    if (load < known) this.#rise(number, load, place)
    else if (load > known) this.#sink(number, load, place)
  }

  delete(number: number): void {
    if (!this.has(number)) return
    const place = this.#placeOf(number)
    this.#shelf.places[number] = -1
    const load = this.#loads.pop()
    const last = this.#numbers.pop()
    if (load === undefined || last === undefined || last === number) return
    this.#rise(last, load, place)
    this.#sink(last, load, this.#placeOf(last))
  }

  /** The least loaded thing. */
  first(): T | undefined {
    return this.#itemAt(0)
  }

  /** The things by rising load. It must not be changed meanwhile. */
  *inOrder(): Generator<T, void> {
    /** Places of what may come next, the next one last: few, so that insertion into a sorted list is cheapest. */
    const frontier: number[] = this.size === 0 ? [] : [0]
    for (let place = frontier.pop(); place !== undefined; place = frontier.pop()) {
      const item = this.#itemAt(place)
      if (item === undefined) return
      yield item
      for (const child of [2 * place + 1, 2 * place + 2]) if (child < this.size) this.#offer(frontier, child)
    }
  }

  #offer(frontier: number[], place: number): void {
    const number = this.#numbers[place] ?? -1
    let index = frontier.length
    while (index > 0 && !this.#isBefore(number, this.#loadAt(place), frontier[index - 1] ?? place)) index -= 1
    frontier.splice(index, 0, place)
  }

  #placeOf(number: number): number {
    return this.#shelf.places[number] ?? -1
  }

  #itemAt(place: number): T | undefined {
    const number = this.#numbers[place]
    return number === undefined ? undefined : this.#shelf.items[number]
  }

  #loadAt(place: number): number {
    return this.#loads[place] ?? Number.POSITIVE_INFINITY
  }

  /** Whether a number belongs, by such a load, before what stands at a place. */
  #isBefore(number: number, load: number, place: number): boolean {
    const there = this.#loadAt(place)
    return load < there || (load === there && (this.#shelf.items[number]?.name ?? '') < (this.#itemAt(place)?.name ?? ''))
  }

  #put(number: number, load: number, place: number): void {
    this.#numbers[place] = number
    this.#loads[place] = load
    this.#shelf.places[number] = place
  }

  /** Copies what stands at one place to another. */
  #shift(from: number, to: number): void {
    const number = this.#numbers[from]
    if (number !== undefined) this.#put(number, this.#loadAt(from), to)
  }

  /** Puts a number where it belongs at or above `from`. */
  #rise(number: number, load: number, from: number): void {
    let place = from
    while (place > 0) {
      const above = (place - 1) >> 1
      if (!this.#isBefore(number, load, above)) break
      this.#shift(above, place)
      place = above
    }
    this.#put(number, load, place)
  }

  /** Puts a number where it belongs at or below `from`. */
  #sink(number: number, load: number, from: number): void {
    let place = from
    for (let below = this.#lesserChild(place); below < this.size; below = this.#lesserChild(place)) {
      if (this.#isBefore(number, load, below)) break
      this.#shift(below, place)
      place = below
    }
    this.#put(number, load, place)
  }

  #lesserChild(place: number): number {
    const left = 2 * place + 1
    const right = this.#numbers[left + 1]
    return right !== undefined && this.#isBefore(right, this.#loadAt(left + 1), left) ? left + 1 : left
  }
}
