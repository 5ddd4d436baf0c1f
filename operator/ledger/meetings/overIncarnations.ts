import { QueueMap } from '../collections/queueMap.ts'
import { seatMs } from '../people/people.ts'

/** Names of meetings; the longest known go first. */
const meetingsAtMost = 10_000

interface Over {
  readonly incarnations: ReadonlySet<string>
  readonly untilMs: number
}

/**
 * Incarnations of meetings whose object was deleted, by `namespace/name`. What was ordered or granted before may yet come to a media node and make
 * a segment there, once the meeting itself is forgotten: that is left over, and no part of one that is made again under that name. Kept
 * for as long as a grant may be used; an order is not under way for as long.
 */
export class OverIncarnations {
  readonly #byMeeting = new QueueMap<Over>()

  /** The object of a meeting is deleted at `nowMs` (monotonic). */
  note(key: string, incarnations: ReadonlySet<string>, nowMs: number): void {
    if (incarnations.size === 0) return
    this.#byMeeting.put(key, { incarnations, untilMs: nowMs + seatMs })
    for (let first = this.#byMeeting.first(); first !== undefined; first = this.#byMeeting.first()) {
      if (first.item.untilMs > nowMs && this.#byMeeting.size <= meetingsAtMost) return
      this.#byMeeting.delete(first.key)
    }
  }

  /** Those that a meeting of this name, of which nothing is known yet, does not go on as. */
  of(key: string, nowMs: number): ReadonlySet<string> | undefined {
    const over = this.#byMeeting.get(key)
    return over === undefined || over.untilMs <= nowMs ? undefined : over.incarnations
  }
}
