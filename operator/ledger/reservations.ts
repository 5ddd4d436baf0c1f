import { QueueMap } from './queueMap.ts'

/** For how long a placement counts by its expected cost; by then the node's measured load holds it (Jicofo's ramp-up). */
export const reservationMs = 20_000

interface Reservation {
  readonly untilMs: number
  readonly costs: readonly (readonly [node: string, share: number])[]
}

/**
 * Expected costs of placements that no measurement shows yet, by attachment. All live equally long, so that the first made is the
 * first to fall and a sweep costs what it removes.
 */
export class Reservations {
  readonly #byAttachment = new QueueMap<Reservation>()
  readonly #add: (node: string, share: number) => void

  /** `add` changes what is reserved on a node, by a positive or negative share. */
  constructor(add: (node: string, share: number) => void) {
    this.#add = add
  }

  make(attachment: string, costs: readonly (readonly [string, number])[], nowMs: number): void {
    this.drop(attachment)
    this.#byAttachment.put(attachment, { untilMs: nowMs + reservationMs, costs })
    for (const [node, share] of costs) this.#add(node, share)
  }

  drop(attachment: string): void {
    const reservation = this.#byAttachment.get(attachment)
    if (reservation === undefined) return
    this.#byAttachment.delete(attachment)
    for (const [node, share] of reservation.costs) this.#add(node, -share)
  }

  sweep(nowMs: number): void {
    for (let first = this.#byAttachment.first(); first !== undefined; first = this.#byAttachment.first()) {
      if (first.item.untilMs > nowMs) return
      this.drop(first.key)
    }
  }
}
