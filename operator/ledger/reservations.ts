import type { NodeEntry } from './nodeEntry.ts'
import { Queue, type Queued } from './queue.ts'

/** For how long a placement counts by its expected cost; by then the node's measured load holds it (Jicofo's ramp-up). */
export const reservationMs = 20_000

/** Shares of media nodes, each with its node's at the same index. */
export interface Costs {
  readonly nodes: readonly NodeEntry[]
  readonly shares: readonly number[]
}

/** The expected cost of one placement, which no measurement shows yet. */
export interface Reservation extends Queued<Reservation> {
  readonly untilMs: number
  costs: Costs
}

const nothing: Costs = { nodes: [], shares: [] }

/** All reservations. They live equally long, so that the first made is the first to fall and a sweep costs what it removes. */
export class Reservations {
  readonly #queue = new Queue<Reservation>()
  readonly #add: (node: NodeEntry, share: number) => void

  /** `add` changes what is reserved on a node, by a positive or negative share. */
  constructor(add: (node: NodeEntry, share: number) => void) {
    this.#add = add
  }

  make(costs: Costs, nowMs: number): Reservation {
    const reservation = { untilMs: nowMs + reservationMs, costs, before: undefined, after: undefined }
    this.#queue.put(reservation)
    this.#addAll(costs, 1)
    return reservation
  }

  /** Gives a reservation back, unless it fell before. */
  drop(reservation: Reservation): void {
    if (!this.#queue.delete(reservation)) return
    this.#addAll(reservation.costs, -1)
    reservation.costs = nothing
  }

  sweep(nowMs: number): void {
    for (let first = this.#queue.first(); first !== undefined && first.untilMs <= nowMs; first = this.#queue.first()) {
      this.drop(first)
    }
  }

  #addAll({ nodes, shares }: Costs, sign: 1 | -1): void {
    for (const [index, node] of nodes.entries()) this.#add(node, sign * (shares[index] ?? 0))
  }
}
