/** Loads up to ten times what a node carries; beyond, nothing is kept. */
const keptAtMost = 1_000

/** A load as people read it. */
export const inHundredths = (load: number): string => load.toFixed(2)

/**
 * A sentence about a load, `least loaded of 12 in eu-west (load 0.31)`. Many placements share one: each is written out once, or every
 * placement would hold its own.
 */
export class Sentence {
  readonly #head: string
  readonly #written: string[] = []

  constructor(head: string) {
    this.#head = head
  }

  /** The sentence about this load. */
  at(load: number): string {
    const hundredths = Math.round(load * 100)
    if (hundredths > keptAtMost) return this.#write(load)
    return (this.#written[hundredths] ??= this.#write(hundredths / 100))
  }

  #write(load: number): string {
    return `${this.#head} (load ${inHundredths(load)})`
  }
}
