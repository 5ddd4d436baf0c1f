import { grantLifetimeMs } from '../api/tokens.ts'

/** Longer than a grant lives: an attachment that ended is not attached again by the grant that it came with. */
const rememberEndedMs = grantLifetimeMs + 30_000

/**
 * Who left this segment's meeting lately, here or elsewhere. Both in the order of time: each word forgets those of long ago, so that a segment in which
 * nobody comes any more does not remember all who ever left its meeting elsewhere.
 */
export class Ended {
  readonly #here = new Map<string, number>()
  /** The latest attachment by which each participant left, wherever that was. */
  readonly #latest = new Map<string, { readonly attachment: string; readonly atMs: number }>()

  /** An attachment to this segment ended. */
  note(attachment: string, nowMs: number): void {
    this.forget(nowMs)
    this.#here.delete(attachment)
    this.#here.set(attachment, nowMs)
  }

  /** Somebody left, as the roster tells. */
  left({ participant, attachment }: { participant: string; attachment: string }, nowMs: number): void {
    this.forget(nowMs)
    const known = this.#latest.get(participant)
    if (known !== undefined && attachment <= known.attachment) return
    this.#latest.delete(participant)
    this.#latest.set(participant, { attachment, atMs: nowMs })
  }

  /** Whether an attachment to this segment has ended. */
  has(attachment: string): boolean {
    return this.#here.has(attachment)
  }

  /** Whether somebody left by a later attachment: what is still told of an earlier one is of a media node that is lost, and keeps nobody out. */
  isOver(participant: string, attachment: string): boolean {
    const latest = this.#latest.get(participant)
    return latest !== undefined && attachment < latest.attachment
  }

  /** Forgets those of long ago. Costs what it forgets. */
  forget(nowMs: number): void {
    forgetFirst(this.#here, (atMs) => nowMs - atMs > rememberEndedMs)
    forgetFirst(this.#latest, ({ atMs }) => nowMs - atMs > rememberEndedMs)
  }
}

/** Takes out the first entries, up to one that is to stay. */
function forgetFirst<T>(entries: Map<string, T>, isOld: (entry: T) => boolean): void {
  for (const [key, entry] of entries) {
    if (!isOld(entry)) return
    entries.delete(key)
  }
}
