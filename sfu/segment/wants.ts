/**
 * Who in this segment wants which video track of another node: its own viewers, and the edges behind which others want it.
 * Each holder counts once a track.
 */
export class Wants {
  readonly #holders = new Map<string, Set<string>>()
  readonly #onChange: () => void

  /** `onChange` is called when a track gets its first holder or loses its last, or its holders change between edges and viewers. */
  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  /** The tracks that anybody wants. */
  get trackIds(): readonly string[] {
    return [...this.#holders.keys()]
  }

  hold(trackId: string, holder: string): void {
    const holders = this.#holders.get(trackId) ?? new Set<string>()
    if (holders.has(holder)) return
    this.#holders.set(trackId, holders.add(holder))
    this.#onChange()
  }

  release(trackId: string, holder: string): void {
    const holders = this.#holders.get(trackId)
    if (!holders?.delete(holder)) return
    if (holders.size === 0) this.#holders.delete(trackId)
    this.#onChange()
  }

  /** Whether anybody but `holder` wants the track: a node does not ask an edge for what only that edge wants of it. */
  heldBesides(trackId: string, holder: string): boolean {
    const holders = this.#holders.get(trackId)
    return holders !== undefined && (holders.size > 1 || !holders.has(holder))
  }
}
