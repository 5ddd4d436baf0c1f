import type { AuthorState, AuthorUpdate, SegmentRoster } from '../segment/roster.ts'
import type { Link } from './link.ts'

/** Options of {@link RosterFlow}. */
export interface RosterFlowOptions {
  /** The node at the other end. */
  readonly node: string
  readonly roster: SegmentRoster
  /** The WebSocket, while both sides have said hello on it. */
  readonly link: () => Link | undefined
  /** Whether the other side is told of an author that is heard by `via` (undefined: ourselves). */
  readonly allowed: (author: string, via: string | undefined) => boolean
}

/** What this node tells one peer about people: a snapshot of each author that goes there, then their steps. */
export class RosterFlow {
  readonly #options: RosterFlowOptions
  readonly #told = new Set<string>()

  constructor(options: RosterFlowOptions) {
    this.#options = options
  }

  /** The authors that the other side is to hear of, for hello. */
  authors(): readonly string[] {
    return this.#allowed().map(({ author }) => author)
  }

  /** Tells all from the beginning: after hello. */
  tellAll(): void {
    this.#told.clear()
    for (const state of this.#allowed()) this.#snapshot(state)
  }

  /** Tells what one author changed. */
  tell(update: AuthorUpdate, via: string | undefined): void {
    const author = update.type === 'snapshot' ? update.state.author : update.author
    if (update.type === 'gone' || !this.#options.allowed(author, via)) return this.#gone(author)
    if (update.type === 'delta' && this.#told.has(author)) {
      const { boot, revision, changes } = update
      this.#options.link()?.tell('rosterDelta', { author, boot, revision, changes: [...changes] })
      return
    }
    const state = this.#allowed().find((each) => each.author === author)
    if (state) this.#snapshot(state)
  }

  #allowed(): readonly AuthorState[] {
    const { roster, allowed } = this.#options
    return roster.authors.filter(({ state, via }) => allowed(state.author, via)).map(({ state }) => state)
  }

  #snapshot({ author, boot, revision, roster }: AuthorState): void {
    const link = this.#options.link()
    if (!link) return
    this.#told.add(author)
    link.tell('rosterSnapshot', { author, boot, revision, entries: [...roster.values()] })
  }

  #gone(author: string): void {
    if (this.#told.delete(author)) this.#options.link()?.tell('rosterGone', { author })
  }
}
