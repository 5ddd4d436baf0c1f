import type { Queued } from '../collections/queue.ts'

/** One stay of a participant on one media node: granted, and from the node's first word about it attached. */
export interface Placement {
  readonly participant: string
  readonly attachment: string
  readonly node: string
  readonly hidden: boolean
  readonly attached: boolean
  /** Monotonic milliseconds. */
  readonly sinceMs: number
  /** Why it was placed there, in one line; empty where the media node was the first to tell of it. */
  readonly reason: string
  /** They may publish something, and most likely will. */
  readonly publishes: boolean
  /** Of its expected cost; undefined where the media node was the first to tell of it. */
  readonly reservation: number | undefined
}

/** What is known of a placement when it is made. */
export type NewPlacement = Omit<Placement, 'attached'>

/** A placement as {@link People} keep it. */
export class Stay implements Placement, Queued<Stay> {
  readonly participant: string
  readonly attachment: string
  readonly node: string
  readonly hidden: boolean
  readonly sinceMs: number
  readonly reason: string
  readonly publishes: boolean
  readonly reservation: number | undefined
  attached: boolean
  /** What they cost has begun to show in what media nodes measure. */
  shows = false
  /** The participant's next older one. */
  older: Stay | undefined
  /** The next one on its node. */
  next: Stay | undefined
  /** Its neighbours among the grants that are not used yet. */
  before: Stay | undefined
  after: Stay | undefined

  constructor(of: NewPlacement, attached: boolean) {
    const { participant, attachment, node, hidden, sinceMs, reason, publishes, reservation } = of
    this.participant = participant
    this.attachment = attachment
    this.node = node
    this.hidden = hidden
    this.sinceMs = sinceMs
    this.reason = reason
    this.publishes = publishes
    this.reservation = reservation
    this.attached = attached
    this.older = undefined
    this.next = undefined
    this.before = undefined
    this.after = undefined
  }
}

/** The people of one meeting on one media node: attachments and unused grants. */
export interface Crowd extends Iterable<Placement> {
  readonly size: number
}

/** Stays on one node: some hundreds at most, since a node carries no more; one is found by looking at all. */
export class Stays implements Crowd {
  readonly node: string
  /** Those on the meeting's next node. */
  readonly others: Stays | undefined
  #first: Stay | undefined
  size = 0

  constructor(node: string, others: Stays | undefined) {
    this.node = node
    this.others = others
  }

  add(stay: Stay): void {
    stay.next = this.#first
    this.#first = stay
    this.size += 1
  }

  /** Takes one out that is in. */
  delete(stay: Stay): void {
    let before = this.#first
    if (before === stay) this.#first = stay.next
    while (before !== undefined && before.next !== stay) before = before.next
    if (before !== undefined) before.next = stay.next
    stay.next = undefined
    this.size -= 1
  }

  *[Symbol.iterator](): Generator<Stay, void> {
    for (let stay = this.#first; stay !== undefined; stay = stay.next) yield stay
  }
}
