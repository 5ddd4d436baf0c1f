import type { Clock, Timer } from '../../kit/clock.ts'
import type { AuthorState, AuthorUpdate, SegmentRoster } from '../segment/roster.ts'
import { moveGraceMs } from '../segment/tracks.ts'
import type { Link } from './link.ts'

/** Options of {@link RosterFlow}. */
export interface RosterFlowOptions {
  /** The node at the other end. */
  readonly node: string
  readonly clock: Clock
  readonly roster: SegmentRoster
  /** The WebSocket, while both sides have said hello on it. */
  readonly link: () => Link | undefined
  /** Whether the other side is told of an author that is heard by `via` (undefined: ourselves). */
  readonly allowed: (author: string, via: string | undefined) => boolean
}

type Heard = SegmentRoster['authors'][number]

/**
 * What this node tells one peer about people: a snapshot of each author that goes there, then their steps. An author that no longer goes
 * this way by a change of roles is told on for {@link moveGraceMs}, until the other side hears of them another way.
 */
export class RosterFlow {
  readonly #options: RosterFlowOptions
  readonly #told = new Set<string>()
  readonly #withdrawing = new Map<string, Timer>()

  constructor(options: RosterFlowOptions) {
    this.#options = options
  }

  /** The authors that the other side is to hear of, for hello. */
  authors(): readonly string[] {
    return this.#due().map(({ state }) => state.author)
  }

  /** Tells all from the beginning: after hello. */
  tellAll(): void {
    const due = this.#due()
    this.#told.clear()
    for (const { state } of due) this.#snapshot(state)
  }

  /** Tells what one author changed. */
  tell(update: AuthorUpdate, via: string | undefined): void {
    const author = update.type === 'snapshot' ? update.state.author : update.author
    const heard = this.#heard(author)
    if (update.type === 'gone' || !heard || !this.#goes(heard, via)) return this.#gone(author)
    if (update.type === 'snapshot' || !this.#told.has(author)) return this.#snapshot(heard.state)
    const { boot, revision, changes } = update
    this.#options.link()?.tell('rosterDelta', { author, boot, revision, changes: [...changes] })
  }

  /** The other side is gone. */
  reset(): void {
    for (const author of [...this.#withdrawing.keys()]) this.#keep(author)
    this.#told.clear()
  }

  #heard(author: string): Heard | undefined {
    return this.#options.roster.authors.find(({ state }) => state.author === author)
  }

  #due(): readonly Heard[] {
    return this.#options.roster.authors.filter((heard) => this.#goes(heard, heard.via))
  }

  /** Whether the other side is told of the author: it may be, or it was until a moment ago. */
  #goes({ state: { author } }: Heard, via: string | undefined): boolean {
    const { node, allowed } = this.#options
    if (allowed(author, via)) {
      this.#keep(author)
      return true
    }
    // What the other side tells us it need not hear from us.
    if (!this.#told.has(author) || author === node || via === node) return false
    this.#withdraw(author)
    return true
  }

  #withdraw(author: string): void {
    if (this.#withdrawing.has(author)) return
    const timer = this.#options.clock.after(moveGraceMs, () => {
      const heard = this.#heard(author)
      this.#withdrawing.delete(author)
      if (!heard || !this.#options.allowed(author, heard.via)) this.#gone(author)
    })
    this.#withdrawing.set(author, timer)
  }

  #keep(author: string): void {
    this.#withdrawing.get(author)?.cancel()
    this.#withdrawing.delete(author)
  }

  #snapshot({ author, boot, revision, roster }: AuthorState): void {
    const link = this.#options.link()
    if (!link) return
    this.#told.add(author)
    link.tell('rosterSnapshot', { author, boot, revision, entries: [...roster.values()] })
  }

  #gone(author: string): void {
    this.#keep(author)
    if (this.#told.delete(author)) this.#options.link()?.tell('rosterGone', { author })
  }
}
