import { applyChange, rosterOf, type Roster, type RosterChange, type RosterEntry, type Track } from '../api/roster.ts'
import { rosterDiff } from '../api/rosterDiff.ts'

/** What one author says about its own people; `revision` counts its changes since its `boot`. */
export interface AuthorState {
  readonly author: string
  readonly boot: string
  readonly revision: number
  readonly roster: Roster
}

/** What is told onward about one author. */
export type AuthorUpdate =
  | { readonly type: 'snapshot'; readonly state: AuthorState }
  | {
      readonly type: 'delta'
      readonly author: string
      readonly boot: string
      readonly revision: number
      readonly changes: readonly RosterChange[]
    }
  | { readonly type: 'gone'; readonly author: string }

/** Options of {@link SegmentRoster}. */
export interface SegmentRosterOptions {
  readonly node: string
  readonly boot: string
  /** Whether an order is about to take the edge to this node away: what others tell as well counts before it. */
  readonly isLeaving: (node: string) => boolean
  /** Told of each step of the whole roster, for sessions. */
  readonly onChanges: (revision: number, changes: readonly RosterChange[]) => void
  /** Told what one author changed, and by which edge it was heard (undefined: this node), for the other edges. */
  readonly onAuthor: (update: AuthorUpdate, via: string | undefined) => void
}

interface Visible {
  readonly via: string
  readonly state: AuthorState
}

const nobody: Roster = new Map()

/**
 * Everybody in the meeting as this segment knows it: its own people, of whom it is the sole author, and those of each other author as
 * an edge tells them. Of two edges that tell of one author the one with the later boot counts, then one that stays, as soon as it has told
 * as much, then the author's own, then the smaller name.
 */
export class SegmentRoster {
  readonly #options: SegmentRosterOptions
  readonly #heard = new Map<string, Map<string, AuthorState>>()
  readonly #visible = new Map<string, Visible>()
  readonly #people = new Map<string, Map<string, RosterEntry>>()
  #own: AuthorState
  #revision = 0

  constructor(options: SegmentRosterOptions) {
    this.#options = options
    this.#own = { author: options.node, boot: options.boot, revision: 0, roster: nobody }
  }

  /** Counts the steps of the whole roster. */
  get revision(): number {
    return this.#revision
  }

  get entries(): readonly RosterEntry[] {
    return [...this.#people.values()].flatMap((attachments) => [...attachments.values()])
  }

  /** How many people there are: who is on the way from one media node to another has two entries, and is one. */
  get size(): number {
    return this.#people.size
  }

  /** What each author says, with the edge it is heard by. */
  get authors(): readonly { readonly state: AuthorState; readonly via: string | undefined }[] {
    return [{ state: this.#own, via: undefined }, ...this.#visible.values()]
  }

  /** The entries of one participant: more than one while they move. */
  of(participant: string): readonly RosterEntry[] {
    return [...(this.#people.get(participant)?.values() ?? [])]
  }

  /** A track by its stable id, the one of the latest attachment first. */
  tracks(trackId: string): readonly { readonly entry: RosterEntry; readonly track: Track }[] {
    const participant = trackId.slice(0, trackId.lastIndexOf('/'))
    return this.of(participant)
      .toSorted((a, b) => (a.attachment < b.attachment ? 1 : -1))
      .flatMap((entry) => entry.tracks.filter((track) => track.trackId === trackId).map((track) => ({ entry, track })))
  }

  /** The edge by which an author is heard; undefined for this node and for unknown ones. */
  viaOf(author: string): string | undefined {
    return this.#visible.get(author)?.via
  }

  /** All edges that tell of an author. */
  viasOf(author: string): readonly string[] {
    return [...this.#heard].flatMap(([via, heard]) => (heard.has(author) ? [via] : []))
  }

  /** Whether anybody is known by this edge alone, or best. */
  hearsBy(via: string): boolean {
    for (const visible of this.#visible.values()) if (visible.via === via) return true
    return false
  }

  /** Another order: chooses anew by which edge each author is heard. */
  rejudge(): void {
    for (const author of [...this.#visible.keys()]) this.#choose(author)
  }

  /** Changes of this node's own people: one revision, however many. */
  changeOwn(changes: readonly RosterChange[]): void {
    if (changes.length === 0) return
    const { author, boot, revision, roster } = this.#own
    this.#own = { author, boot, revision: revision + 1, roster: changes.reduce(applyChange, roster) }
    this.#step(changes)
    this.#options.onAuthor({ type: 'delta', author, boot, revision: revision + 1, changes }, undefined)
  }

  /** An edge told all of one author. Entries that are not the author's own are passed over. */
  hearSnapshot(via: string, told: Omit<AuthorState, 'roster'> & { entries: readonly RosterEntry[] }): void {
    const { author, boot, revision } = told
    if (author === this.#options.node) return
    // The same again, as a replan may have it go round between edges: told on, it would never come to rest.
    const known = this.#of(via).get(author)
    if (known?.boot === boot && known.revision === revision) return
    const roster = rosterOf(told.entries.filter(({ node }) => node === author))
    this.#of(via).set(author, { author, boot, revision, roster })
    this.#choose(author)
  }

  /** An edge told one step of an author. `gap` where it does not follow what was told before: then a snapshot is needed. */
  hearDelta(
    via: string,
    told: { author: string; boot: string; revision: number; changes: readonly RosterChange[] },
  ): 'applied' | 'gap' {
    const { author, boot, revision, changes } = told
    if (author === this.#options.node) return 'applied'
    const known = this.#heard.get(via)?.get(author)
    if (known?.boot !== boot || revision !== known.revision + 1) return 'gap'
    const own = changes.filter((change) => change.type !== 'joined' || change.entry.node === author)
    const state = { author, boot, revision, roster: own.reduce(applyChange, known.roster) }
    this.#of(via).set(author, state)
    if (this.#visible.get(author)?.state !== known) {
      this.#choose(author)
      return 'applied'
    }
    this.#visible.set(author, { via, state })
    this.#step(own)
    this.#options.onAuthor({ type: 'delta', author, boot, revision, changes: own }, via)
    return 'applied'
  }

  /** An edge told that an author is gone. */
  hearGone(via: string, author: string): void {
    if (this.#heard.get(via)?.delete(author)) this.#choose(author)
  }

  /** An edge tells of these authors only, from now on. */
  keepOnly(via: string, authors: readonly string[]): void {
    const kept = new Set(authors)
    for (const author of [...(this.#heard.get(via)?.keys() ?? [])]) if (!kept.has(author)) this.hearGone(via, author)
  }

  /** An edge is gone with all that was heard by it. */
  dropEdge(via: string): void {
    const authors = [...(this.#heard.get(via)?.keys() ?? [])]
    this.#heard.delete(via)
    for (const author of authors) this.#choose(author)
  }

  #of(via: string): Map<string, AuthorState> {
    const heard = this.#heard.get(via) ?? new Map<string, AuthorState>()
    this.#heard.set(via, heard)
    return heard
  }

  #best(author: string): Visible | undefined {
    const { isLeaving } = this.#options
    const seen = this.#visible.get(author)
    const rank = ({ via, state }: Visible): readonly [string, number, string] => {
      // One that lags behind what people see already would take back what they were told.
      const behind = state.boot === seen?.state.boot && state.revision < seen.state.revision
      return [state.boot, (behind ? 0 : 4) + (isLeaving(via) ? 0 : 2) + (via === author ? 1 : 0), via]
    }
    return [...this.#heard]
      .flatMap(([via, heard]) => {
        const state = heard.get(author)
        return state ? [{ via, state }] : []
      })
      .toSorted((a, b) => {
        const [bootA, goodA, viaA] = rank(a)
        const [bootB, goodB, viaB] = rank(b)
        if (bootA !== bootB) return bootA > bootB ? -1 : 1
        return goodB - goodA || (viaA < viaB ? -1 : 1)
      })[0]
  }

  #choose(author: string): void {
    const before = this.#visible.get(author)
    const after = this.#best(author)
    if (after === undefined) this.#hide(author, before)
    else if (before?.state !== after.state || before.via !== after.via) this.#show(after, before?.state.roster ?? nobody)
  }

  #show(visible: Visible, before: Roster): void {
    const { via, state } = visible
    this.#visible.set(state.author, visible)
    this.#step(rosterDiff(before, state.roster))
    this.#options.onAuthor({ type: 'snapshot', state }, via)
  }

  #hide(author: string, before: Visible | undefined): void {
    if (!before) return
    this.#visible.delete(author)
    this.#step(rosterDiff(before.state.roster, nobody))
    this.#options.onAuthor({ type: 'gone', author }, before.via)
  }

  #step(changes: readonly RosterChange[]): void {
    if (changes.length === 0) return
    for (const change of changes) this.#apply(change)
    this.#revision++
    this.#options.onChanges(this.#revision, changes)
  }

  #apply(change: RosterChange): void {
    const { participant } = change.type === 'joined' ? change.entry : change
    const next = applyChange(rosterOf(this.of(participant)), change)
    if (next.size === 0) this.#people.delete(participant)
    else this.#people.set(participant, new Map([...next.values()].map((entry) => [entry.attachment, entry])))
  }
}
