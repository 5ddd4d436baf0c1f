import { kubeTime } from '../../../kit/kubeTime.ts'
import { QueueMap } from '../collections/queueMap.ts'

/** For how long a participant who was told to move is expected: a client that comes back takes seconds, one that is gone never does. */
export const moveForMs = 60_000
/** The longest known go first. */
const movesAtMost = 10_000

/** That a media node was lost. */
export interface Loss {
  /** In words. */
  readonly why: string
  /** When, by the wall clock. */
  readonly atWallMs: number
}

/** Somebody was told to go from one media node to another, or the one that they were on was lost; their next placement is to go there. */
export interface Move {
  /** The one that their next placement replaces. */
  readonly attachment: string
  readonly from: string
  /** Undefined where no media node had room for them when theirs was lost: they go wherever one has when they ask. */
  readonly to: string | undefined
  /** Why they move, in the words of whoever asked for it. */
  readonly reason: string
  /** Of what they will cost on the new node; undefined where `seat` holds it. */
  readonly reservation: number | undefined
  /** Of those whose node was lost: the attachment that keeps their seat, and what happened. */
  readonly seat?: string
  readonly loss?: Loss
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

/** That the media node was lost where somebody was, when, and why that is known. */
export const lostInWords = (from: string, { why, atWallMs }: Loss): string =>
  `${from}, where they were, was lost at ${kubeTime(atWallMs)} (${why})`

/** What somebody is told who is placed anew: that they were moved and why, or where they were when that was lost. */
export const movedInWords = ({ from, reason, loss }: Move): string =>
  loss === undefined ? `moved from ${from}: ${reason}` : lostInWords(from, loss)

/** How a move knows its participant. */
export const personOf = (meeting: { namespace: string; name: string }, participant: string): string =>
  `${meeting.namespace}/${meeting.name} ${participant}`
