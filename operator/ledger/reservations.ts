import { NumberQueue } from './numberQueue.ts'

/** For how long a placement counts by its expected cost; by then the node's measured load holds it (Jicofo's ramp-up). */
export const reservationMs = 20_000

/**
 * The expected costs of placements that no measurement shows yet: each by an index, with the shares that it claims of media nodes, by their
 * numbers. They live equally long, so that the first made is the first to fall: what a sweep costs is what it removes, read in a row.
 */
export class Reservations {
  readonly #untilMs = new NumberQueue()
  /** Of each reservation, the index of its first claim; its last is the one before the next one's. */
  readonly #firstClaims = new NumberQueue()
  readonly #nodes = new NumberQueue()
  readonly #shares = new NumberQueue()
  readonly #add: (node: number, share: number) => void

  /** `add` changes what is reserved on a node, by a positive or negative share. */
  constructor(add: (node: number, share: number) => void) {
    this.#add = add
  }

  /** Begins a reservation; what is claimed until the next one belongs to it. */
  begin(nowMs: number): number {
    this.#firstClaims.put(this.#shares.end)
    return this.#untilMs.put(nowMs + reservationMs)
  }

  /** Claims a share of a node for the reservation that was begun last. */
  claim(node: number, share: number): void {
    this.#nodes.put(node)
    this.#shares.put(share)
    this.#add(node, share)
  }

  /** Gives a reservation back, unless it fell before. */
  drop(reservation: number): void {
    if (reservation < this.#untilMs.begin) return
    for (let claim = this.#firstClaims.at(reservation); claim < this.#endOf(reservation); claim++) {
      const share = this.#shares.at(claim)
      if (share !== 0) this.#add(this.#nodes.at(claim), -share)
      this.#shares.set(claim, 0)
    }
  }

  sweep(nowMs: number): void {
    while (this.#untilMs.begin < this.#untilMs.end && this.#untilMs.at(this.#untilMs.begin) <= nowMs) {
      const first = this.#untilMs.begin
      this.drop(first)
      this.#nodes.dropUntil(this.#endOf(first))
      this.#shares.dropUntil(this.#endOf(first))
      this.#firstClaims.dropUntil(first + 1)
      this.#untilMs.dropUntil(first + 1)
    }
  }

  #endOf(reservation: number): number {
    const next = reservation + 1
    return next < this.#firstClaims.end ? this.#firstClaims.at(next) : this.#shares.end
  }
}
