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

/** What a reservation is held for; it is undefined once the measured load holds it. */
export interface Holder {
  reservation: Reservation | undefined
}

/** The expected cost of one placement, which no measurement shows yet. */
export interface Reservation extends Queued<Reservation> {
  readonly untilMs: number
  readonly claims: Claim | undefined
  holder: Holder
}

/** All reservations. They live equally long, so that the first made is the first to fall and a sweep costs what it removes. */
export class Reservations {
  readonly #queue = new Queue<Reservation>()
  readonly #add: (node: NodeEntry, share: number) => void

  /** `add` changes what is reserved on a node, by a positive or negative share. */
  constructor(add: (node: NodeEntry, share: number) => void) {
    this.#add = add
  }

  make(holder: Holder, claims: Claim | undefined, nowMs: number): void {
    const reservation: Reservation = { untilMs: nowMs + reservationMs, claims, holder, before: undefined, after: undefined }
    holder.reservation = reservation
    this.#queue.put(reservation)
    for (let claim = claims; claim !== undefined; claim = claim.next) this.#add(claim.node, claim.share)
  }

  /** Gives back what is reserved for a placement. */
  drop({ reservation }: Holder): void {
    if (reservation !== undefined) this.#drop(reservation)
  }

  sweep(nowMs: number): void {
    for (let first = this.#queue.first(); first !== undefined && first.untilMs <= nowMs; first = this.#queue.first()) {
      this.#drop(first)
    }
  }

  #drop(reservation: Reservation): void {
    reservation.holder.reservation = undefined
    this.#queue.delete(reservation)
    for (let { claims: claim } = reservation; claim !== undefined; claim = claim.next) this.#add(claim.node, -claim.share)
  }
}

/** Another stay of the same participant takes the place of one that holds a reservation. */
export function handOver(from: Holder, to: Holder): void {
  if (from.reservation === undefined) return
  from.reservation.holder = to
  to.reservation = from.reservation
  from.reservation = undefined
}
