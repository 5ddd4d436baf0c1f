/**
 * What {@link LoadOrder}s have in common: things by number, the load of each that stands in an order, and where in the one order that has it;
 * -1 where none does.
 */
export interface Shelf<T extends { readonly name: string }> {
  readonly items: (T | undefined)[]
  readonly loads: number[]
  readonly places: number[]
}

/** Something on the way to being next in {@link LoadOrder.inOrder}: a place of which all below it may come, or one number for itself. */
interface Next {
  readonly load: number
  readonly number: number
  /** -1 for the number alone, whose load this is; else `load` is the place's bound. */
  readonly place: number
}

/**
 * Numbers of things by rising load, ties by name: a binary heap that knows where each number stands, so that a placement never looks at all
 * nodes. The heap is by bounds: no load is below the bound of its number. A load that rises leaves its number where it is, one that falls below the bound
 * moves it up; only when a number comes to the top is its bound raised to its load, and the number moved down. Loads that come and go, of which there are
 * thousands for each placement, so move almost nothing: those of nodes that are loaded anyway never get there. (Lazy decrease of priorities, as in
 * lazy greedy algorithms: Minoux 1978.)
 *
 * Changing costs O(log n) at most and allocates nothing, the least loaded one amortized the same, since each change that leaves a bound behind pays for one that is
 * raised; each further one in order O(log k). What moves are entries of dense lists; the things themselves, of which there are ten thousand all over the memory,
 * are touched only where two loads are the same.
 */
export class LoadOrder<T extends { readonly name: string }> {
  readonly #shelf: Shelf<T>
  /** By place. */
  readonly #numbers: number[] = []
  readonly #bounds: number[] = []

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
    if (this.has(number)) return this.change(number, load)
    this.#shelf.loads[number] = load
    this.#rise(number, load, this.size)
  }

  /** Changes the load of a number; nothing where it does not stand here. */
  change(number: number, load: number): void {
    if (!this.has(number)) return
    this.#shelf.loads[number] = load
    const place = this.#placeOf(number)
    if (load < this.#boundAt(place)) this.#rise(number, load, place)
    // One for each change: so a pool in which nobody is placed for long does not leave all of them to the next placement.
    else if (!this.#isFirstSettled()) this.#settleFirst()
  }

  delete(number: number): void {
    if (!this.has(number)) return
    const place = this.#placeOf(number)
    this.#shelf.places[number] = -1
    const bound = this.#bounds.pop()
    const last = this.#numbers.pop()
    if (bound === undefined || last === undefined || last === number) return
    this.#rise(last, bound, place)
    this.#sink(last, bound, this.#placeOf(last))
  }

  /** The least loaded thing. */
  first(): T | undefined {
    while (!this.#isFirstSettled()) this.#settleFirst()
    return this.#shelf.items[this.#numbers[0] ?? -1]
  }

  /** The things by rising load. It must not be changed meanwhile. */
  *inOrder(): Generator<T, void> {
    /** What may come next, the next one last: few, so that insertion into a sorted list is cheapest. */
    const frontier: Next[] = []
    const offer = (next: Next): void => {
      let index = frontier.length
      while (index > 0 && !this.#comesBefore(next, frontier[index - 1] ?? next)) index -= 1
      frontier.splice(index, 0, next)
    }
    const offerPlace = (place: number): void => {
      const number = this.#numbers[place]
      if (number !== undefined) offer({ load: this.#boundAt(place), number, place })
    }
    // First, so that somebody who asks for the first one meanwhile changes nothing either.
    this.first()
    offerPlace(0)
    for (let next = frontier.pop(); next !== undefined; next = frontier.pop()) {
      const { number, place } = next
      if (place < 0) {
        const item = this.#shelf.items[number]
        if (item !== undefined) yield item
      } else {
        offer({ load: this.#loadOf(number), number, place: -1 })
        offerPlace(2 * place + 1)
        offerPlace(2 * place + 2)
      }
    }
  }

  /** Behind a bound may be a load that is the same, of a lesser name: so it comes first. */
  #comesBefore(a: Next, b: Next): boolean {
    if (a.load !== b.load) return a.load < b.load
    return a.place < 0 && b.place < 0 ? this.#nameOf(a.number) < this.#nameOf(b.number) : b.place < 0
  }

  #placeOf(number: number): number {
    return this.#shelf.places[number] ?? -1
  }

  #loadOf(number: number): number {
    return this.#shelf.loads[number] ?? Number.POSITIVE_INFINITY
  }

  #boundAt(place: number): number {
    return this.#bounds[place] ?? Number.POSITIVE_INFINITY
  }

  #nameOf(number: number): string {
    return this.#shelf.items[number]?.name ?? ''
  }

  /** Whether the load of the first number is its bound: then no other load is less. */
  #isFirstSettled(): boolean {
    const first = this.#numbers[0]
    return first === undefined || this.#loadOf(first) === this.#boundAt(0)
  }

  #settleFirst(): void {
    const first = this.#numbers[0]
    if (first !== undefined) this.#sink(first, this.#loadOf(first), 0)
  }

  /** Whether a number belongs, by such a bound, before what stands at a place. */
  #isBefore(number: number, bound: number, place: number): boolean {
    const there = this.#boundAt(place)
    return bound < there || (bound === there && this.#nameOf(number) < this.#nameOf(this.#numbers[place] ?? -1))
  }

  #put(number: number, bound: number, place: number): void {
    this.#numbers[place] = number
    this.#bounds[place] = bound
    this.#shelf.places[number] = place
  }

  /** Copies what stands at one place to another. */
  #shift(from: number, to: number): void {
    const number = this.#numbers[from]
    if (number !== undefined) this.#put(number, this.#boundAt(from), to)
  }

  /** Puts a number where it belongs at or above `from`. */
  #rise(number: number, bound: number, from: number): void {
    let place = from
    while (place > 0) {
      const above = (place - 1) >> 1
      if (!this.#isBefore(number, bound, above)) break
      this.#shift(above, place)
      place = above
    }
    this.#put(number, bound, place)
  }

  /** Puts a number where it belongs at or below `from`. */
  #sink(number: number, bound: number, from: number): void {
    let place = from
    for (let below = this.#lesserChild(place); below < this.size; below = this.#lesserChild(place)) {
      if (this.#isBefore(number, bound, below)) break
      this.#shift(below, place)
      place = below
    }
    this.#put(number, bound, place)
  }

  #lesserChild(place: number): number {
    const left = 2 * place + 1
    const right = this.#numbers[left + 1]
    return right !== undefined && this.#isBefore(right, this.#boundAt(left + 1), left) ? left + 1 : left
  }
}
