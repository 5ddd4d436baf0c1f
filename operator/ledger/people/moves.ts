import { QueueMap } from '../collections/queueMap.ts'

/** For how long a participant who was told to move is expected: a client that comes back takes seconds, one that is gone never does. */
export const moveForMs = 60_000
/** The longest known go first. */
const movesAtMost = 10_000

/** Somebody was told to go from one media node to another; their next placement is to go there. */
export interface Move {
  /** The one that their next placement replaces. */
  readonly attachment: string
  readonly from: string
  readonly to: string
  /** Why they move, in the words of whoever asked for it. */
  readonly reason: string
  /** Of what they will cost on the new node; undefined where `seat` holds it. */
  readonly reservation: number | undefined
  /** The attachment that keeps their seat there; only of those whose node was lost. */
  readonly seat?: string
}

/** Who is on the way to another media node. In memory only: without it they are placed as anybody who joins. */
export class Moves {
  readonly #byPerson = new QueueMap<Move & { readonly untilMs: number }>()

  get size(): number {
    return this.#byPerson.size
  }

  /** `person` is the meeting's key and the participant. Times are monotonic milliseconds. */
  begin(person: string, move: Move, nowMs: number): void {
    this.#byPerson.put(person, { ...move, untilMs: nowMs + moveForMs })
    for (let first = this.#byPerson.first(); first !== undefined; first = this.#byPerson.first()) {
      if (first.item.untilMs > nowMs && this.#byPerson.size <= movesAtMost) return
      this.#byPerson.delete(first.key)
    }
  }

  /** The move that a placement in place of `attachment` ends. Where they were is gone for those who have a seat, whatever they replace. */
  of(person: string, attachment: string | undefined, nowMs: number): Move | undefined {
    const move = this.#byPerson.get(person)
    if (move === undefined || move.untilMs <= nowMs) return undefined
    return move.attachment === attachment || move.seat !== undefined ? move : undefined
  }

  /** Whether they were told to leave that media node. */
  leaves(person: string, node: string, nowMs: number): boolean {
    const move = this.#byPerson.get(person)
    return move !== undefined && move.untilMs > nowMs && move.from === node
  }

  end(person: string): void {
    this.#byPerson.delete(person)
  }
}

/** How a move knows its participant. */
export const personOf = (meeting: { namespace: string; name: string }, participant: string): string =>
  `${meeting.namespace}/${meeting.name} ${participant}`
