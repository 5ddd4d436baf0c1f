/** What {@link LoadOrder}s have in common: things by number, and where each stands in the one order that has it; -1 where none does. */
export interface Shelf<T extends { readonly name: string }> {
  readonly items: (T | undefined)[]
  readonly places: number[]
}

/** The loads by which one order orders. */
export interface Loads {
  loadOf(number: number): number
  /** From now on the number stands in the order by this bound, until it stands there no more (-Infinity): the order has to know only of a load below it. */
  bind(number: number, bound: number): void
}

/** Children of a place: four stand side by side in memory, and a heap of a thousand is five deep. */
const arity = 4

/** Something on the way to being next in {@link LoadOrder.inOrder}: a place of which all below it may come, or one number for itself. */
interface Next {
  readonly load: number
  readonly number: number
  /** -1 for the number alone, whose load this is; else `load` is the place's bound. */
  readonly place: number
}

/**
 * Numbers of things by rising load, ties by name: a heap that knows where each number stands, so that a placement never looks at all
 * nodes. The heap is by bounds: no load is below the bound of its number. A load that rises, or falls and stays above the bound, is no news to the order;
 * only when a number comes to the top is its bound raised to its load, and the number moved down. Loads that come and go, of which there are
 * ten for each placement, so touch nothing here but where a node becomes one of the least loaded. (Priorities that are corrected when they matter: the lazy
 * greedy algorithm of Minoux, 1978.)
 *
 * A change costs O(log n) at most and allocates nothing, the least loaded one amortized the same: each bound that is raised was left behind by a load that
 * rose. Each further one in order costs O(log k). What moves are entries of dense lists; the things themselves, of which there are ten thousand all
 * over the memory, are touched only where two bounds are the same.
 */
export class LoadOrder<T extends { readonly name: string }> {
  readonly #shelf: Shelf<T>
  readonly #loads: Loads
  /** By place. */
  readonly #numbers: number[] = []
  readonly #bounds: number[] = []

  constructor(shelf: Shelf<T>, loads: Loads) {
    this.#shelf = shelf
    this.#loads = loads
  }

  get size(): number {
    return this.#numbers.length
  }

  has(number: number): boolean {
    const place = this.#placeOf(number)
    return place >= 0 && this.#numbers[place] === number
  }

  /** Adds a number by its load, or heeds that this is another. It must stand in no other order. */
  set(number: number): void {
    const isHere = this.has(number)
    const place = isHere ? this.#placeOf(number) : this.size
    const load = this.#loads.loadOf(number)
    if (isHere && load >= this.#boundAt(place)) return
    this.#loads.bind(number, load)
    this.#rise(number, load, place)
  }

  delete(number: number): void {
    if (!this.has(number)) return
    const place = this.#placeOf(number)
    this.#takeOff(number)
    const bound = this.#bounds.pop()
    const last = this.#numbers.pop()
    if (bound === undefined || last === undefined || last === number) return
    this.#rise(last, bound, place)
    this.#sink(last, bound, this.#placeOf(last))
  }

  /** Takes all out. */
  clear(): void {
    for (const number of this.#numbers.splice(0)) this.#takeOff(number)
    this.#bounds.length = 0
  }

  /** The least loaded thing. */
  first(): T | undefined {
    while (this.settle());
    return this.#shelf.items[this.#numbers[0] ?? -1]
  }

  /** Raises the bound of the first number to its load; whether that was due. Once it is not, no load is less than that of the first. */
  settle(): boolean {
    const first = this.#numbers[0]
    if (first === undefined) return false
    const load = this.#loads.loadOf(first)
    if (load === this.#boundAt(0)) return false
    this.#loads.bind(first, load)
    this.#sink(first, load, 0)
    return true
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
        offer({ load: this.#loads.loadOf(number), number, place: -1 })
        for (let child = arity * place + 1; child <= arity * (place + 1); child++) offerPlace(child)
      }
    }
  }

  /** Behind a bound may be a load that is the same, of a lesser name: so it comes first. */
  #comesBefore(a: Next, b: Next): boolean {
    if (a.load !== b.load) return a.load < b.load
    return a.place < 0 && b.place < 0 ? this.#nameOf(a.number) < this.#nameOf(b.number) : b.place < 0
  }

  #takeOff(number: number): void {
    this.#shelf.places[number] = -1
    this.#loads.bind(number, Number.NEGATIVE_INFINITY)
  }

  #placeOf(number: number): number {
    return this.#shelf.places[number] ?? -1
  }

  #boundAt(place: number): number {
    return this.#bounds[place] ?? Number.POSITIVE_INFINITY
  }

  #nameOf(number: number): string {
    return this.#shelf.items[number]?.name ?? ''
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
      const above = Math.floor((place - 1) / arity)
      if (!this.#isBefore(number, bound, above)) break
      this.#shift(above, place)
      place = above
    }
    this.#put(number, bound, place)
  }

  /** Puts a number where it belongs at or below `from`. */
  #sink(number: number, bound: number, from: number): void {
    let place = from
    for (let below = this.#leastChild(place); below < this.size; below = this.#leastChild(place)) {
      if (this.#isBefore(number, bound, below)) break
      this.#shift(below, place)
      place = below
    }
    this.#put(number, bound, place)
  }

  #leastChild(place: number): number {
    const end = Math.min(arity * (place + 1) + 1, this.size)
    let least = arity * place + 1
    for (let child = least + 1; child < end; child++)
      if (this.#isBefore(this.#numbers[child] ?? -1, this.#boundAt(child), least)) least = child
    return least
  }
}
