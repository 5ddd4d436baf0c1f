import { grantLifetimeMs } from '../api/tokens.ts'

/** Longer than a grant lives: an attachment that ended is not attached again by the grant that it came with. */
const rememberEndedMs = grantLifetimeMs + 30_000

/** Who left this segment's meeting lately, here or elsewhere. */
export class Ended {
  readonly #here = new Map<string, number>()
  /** The latest attachment by which each participant left, wherever that was. */
  readonly #latest = new Map<string, { readonly attachment: string; readonly atMs: number }>()

  /** An attachment to this segment ended. */
  note(attachment: string, nowMs: number): void {
    this.#here.set(attachment, nowMs)
  }

  /** Somebody left, as the roster tells. */
  left({ participant, attachment }: { participant: string; attachment: string }, atMs: number): void {
    const known = this.#latest.get(participant)
    if (known === undefined || attachment > known.attachment) this.#latest.set(participant, { attachment, atMs })
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

  /** Forgets those of long ago. */
  forget(nowMs: number): void {
    for (const [attachment, atMs] of this.#here) if (nowMs - atMs > rememberEndedMs) this.#here.delete(attachment)
    for (const [participant, { atMs }] of this.#latest) if (nowMs - atMs > rememberEndedMs) this.#latest.delete(participant)
  }
}
