import type { SegmentReport } from '../../../sfu/api/order.ts'

/** People of one meeting who changed their media node, in one go. */
export interface LoggedMove {
  /** Wall clock, of the first of them. */
  readonly atWallMs: number
  readonly from: string
  readonly to: string
  readonly why: string
  readonly people: number
}

/** Somebody who was placed on another media node than they were on, and has not come there yet. */
interface UnderWay {
  readonly from: string
  readonly why: string
  readonly atMs: number
  readonly atWallMs: number
}

/** Moves that status tells of. */
export const movesAtMost = 5
/** Who comes later than this after the last one is another move. */
const oneGoMs = 60_000
/** A grant is used at once or never; who was placed before is forgotten. */
const underWayAtMost = 1_000

/** Who of a meeting changed media nodes lately: placed anew, and seen there by the word of the new node. */
export class MoveLog {
  readonly #underWay = new Map<string, UnderWay>()
  #done: readonly (LoggedMove & { readonly lastAtMs: number })[] = []

  /** Newest first. */
  get latest(): readonly LoggedMove[] {
    return this.#done
  }

  /** `attachment` is the one that begins on the new node; times are monotonic but for `atWallMs`. */
  placed(attachment: string, move: UnderWay): void {
    this.#underWay.set(attachment, move)
    const [oldest] = this.#underWay.keys()
    if (oldest !== undefined && this.#underWay.size > underWayAtMost) this.#underWay.delete(oldest)
  }

  /** What a node tells of its people. Costs nothing while nobody is under way. */
  told(node: string, participants: SegmentReport['participants'], nowMs: number): void {
    if (this.#underWay.size === 0) return
    for (const { attachment } of participants) {
      const move = this.#underWay.get(attachment)
      if (move === undefined) continue
      this.#underWay.delete(attachment)
      this.#log(move, node, nowMs)
    }
  }

  #log({ from, why, atMs, atWallMs }: UnderWay, to: string, nowMs: number): void {
    const same = this.#done.find((move) => move.from === from && move.to === to && move.why === why)
    if (same !== undefined && nowMs - same.lastAtMs < oneGoMs) {
      const more = { ...same, people: same.people + 1, lastAtMs: nowMs }
      this.#done = this.#done.map((move) => (move === same ? more : move))
      return
    }
    const begun = { atWallMs: atWallMs + (nowMs - atMs), from, to, why, people: 1, lastAtMs: nowMs }
    this.#done = [begun, ...this.#done].slice(0, movesAtMost)
  }
}
