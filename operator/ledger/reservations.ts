import type { NodeEntry } from './nodeEntry.ts'
import { Queue, type Queued } from './queue.ts'

/** For how long a placement counts by its expected cost; by then the node's measured load holds it (Jicofo's ramp-up). */
export const reservationMs = 20_000

/** What a placement is expected to cost one media node, as a share of what it carries; and the next node's. */
export interface Claim {
  readonly node: NodeEntry
  readonly share: number
  readonly next: Claim | undefined
}

/** The expected cost of one placement, which no measurement shows yet. */
export interface Reservation extends Queued<Reservation> {
  readonly untilMs: number
  claims: Claim | undefined
}

/** All reservations. They live equally long, so that the first made is the first to fall and a sweep costs what it removes. */
export class Reservations {
  readonly #queue = new Queue<Reservation>()
  readonly #add: (node: NodeEntry, share: number) => void

  /** `add` changes what is reserved on a node, by a positive or negative share. */
  constructor(add: (node: NodeEntry, share: number) => void) {
    this.#add = add
  }

  make(claims: Claim | undefined, nowMs: number): Reservation {
    const reservation: Reservation = { untilMs: nowMs + reservationMs, claims, before: undefined, after: undefined }
    this.#queue.put(reservation)
    for (let claim = claims; claim !== undefined; claim = claim.next) this.#add(claim.node, claim.share)
    return reservation
  }

  /** Gives a reservation back, unless it fell before. */
  drop(reservation: Reservation): void {
    if (!this.#queue.delete(reservation)) return
    for (let { claims: claim } = reservation; claim !== undefined; claim = claim.next) this.#add(claim.node, -claim.share)
    reservation.claims = undefined
  }

  sweep(nowMs: number): void {
    for (let first = this.#queue.first(); first !== undefined && first.untilMs <= nowMs; first = this.#queue.first()) {
      this.drop(first)
    }
  }
}
