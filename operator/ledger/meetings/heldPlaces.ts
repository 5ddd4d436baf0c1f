import { compareFences, type Fence, type SegmentReport } from '../../../sfu/api/order.ts'

const noFence: Fence = { epoch: 0, generation: 0 }

/**
 * How many people one segment may be letting in at most, by all that is known: by what its node said last, and by the orders that it may have
 * taken since. What it gives up counts only once its node has said so: until then nobody else has it.
 */
export class HeldPlaces {
  #atMost = 0
  #given: Fence = noFence
  #givenPlaces = Infinity

  /** Infinite where it counts by itself: a segment that no order bounds. */
  get atMost(): number {
    return this.#atMost
  }

  /** An order is about to be given. */
  ordered(fence: Fence, places: number | undefined): void {
    this.#atMost = Math.max(this.#atMost, places ?? Infinity)
    if (compareFences(fence, this.#given) < 0) return
    this.#given = fence
    this.#givenPlaces = places ?? Infinity
  }

  /** The node told what it follows. An order that is older than the last one leaves open whether that one is taken. */
  told(report: SegmentReport): void {
    const compared = compareFences(report, this.#given)
    // An agent of before there were parts of the places follows the order all the same, as far as it understands it.
    const places = compared === 0 && this.#given !== noFence ? (report.places ?? this.#givenPlaces) : placesTold(report)
    this.#atMost = compared >= 0 ? places : Math.max(this.#atMost, places)
  }

  /** The segment is not there any more. */
  gone(): void {
    this.#atMost = 0
  }
}

/** How many people a segment lets in by its own word. One that no order has reached lets in whom a fallback sends, and nobody else. */
function placesTold({ epoch, fallback, places }: SegmentReport): number {
  if (places !== undefined) return places
  return epoch === 0 && !fallback ? 0 : Infinity
}
