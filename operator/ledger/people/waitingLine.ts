/** How many wait at most: as long as nobody minds that a look along the line costs some ten microseconds. */
export const waitingAtMost = 2_000
/** A ticket lapses when it was not shown again for so many times as long as its holder was asked to wait. */
const lapsesAfter = 2

interface Ticket {
  readonly pools: ReadonlySet<string>
  lapsesAtMs: number
}

/**
 * Who waits for media nodes, in the order in which they came. One line for all pools: whoever waits for other pools stands in nobody's
 * way. In memory only: after a take-over it forms anew. Times are monotonic milliseconds.
 */
export class WaitingLine {
  /** A Map keeps the order of first insertion, and a ticket that is renewed is not inserted again. */
  readonly #tickets = new Map<string, Ticket>()

  get size(): number {
    return this.#tickets.size
  }

  /** How many stand before `person` who wait for one of these pools; for one who does not wait, all who do. */
  ahead(person: string, pools: Iterable<string>, nowMs: number): number {
    if (this.#tickets.size === 0) return 0
    const wanted = [...pools]
    let count = 0
    for (const [each, ticket] of this.#tickets) {
      if (ticket.lapsesAtMs <= nowMs) this.#tickets.delete(each)
      else if (each === person) break
      else if (wanted.some((pool) => ticket.pools.has(pool))) count += 1
    }
    return count
  }

  /** Begins to wait, or goes on, at the same place; false where the line is too long for one more. */
  wait(person: string, pools: Iterable<string>, at: { nowMs: number; retryAfterMs: number }): boolean {
    const lapsesAtMs = at.nowMs + lapsesAfter * at.retryAfterMs
    const known = this.#tickets.get(person)
    if (known !== undefined) {
      known.lapsesAtMs = lapsesAtMs
      return true
    }
    if (this.#tickets.size >= waitingAtMost) this.#sweep(at.nowMs)
    if (this.#tickets.size >= waitingAtMost) return false
    this.#tickets.set(person, { pools: new Set(pools), lapsesAtMs })
    return true
  }

  leave(person: string): void {
    this.#tickets.delete(person)
  }

  #sweep(nowMs: number): void {
    for (const [person, { lapsesAtMs }] of this.#tickets) if (lapsesAtMs <= nowMs) this.#tickets.delete(person)
  }
}
