import type { LedgerEvents } from './ledger.ts'

/**
 * Tells what changed in a ledger only once all of a change has been taken in: who is told looks at the ledger in the same turn, and half of
 * what a media node says of itself is not the truth.
 */
export class HeldEvents implements LedgerEvents {
  readonly #to: LedgerEvents
  #holds = false
  readonly #meetings = new Set<string>()
  readonly #nodes = new Set<string>()
  readonly #pools = new Set<string>()

  constructor(to: LedgerEvents) {
    this.#to = to
  }

  /** Does it all before anything of it is told. */
  whole(act: () => void): void {
    this.#holds = true
    try {
      act()
    } finally {
      this.#holds = false
      flush(this.#nodes, this.#to.node)
      flush(this.#pools, this.#to.pool)
      flush(this.#meetings, this.#to.meeting)
    }
  }

  readonly meeting = (key: string): void => this.#tell(this.#meetings, key, this.#to.meeting)
  readonly node = (name: string): void => this.#tell(this.#nodes, name, this.#to.node)
  readonly pool = (name: string): void => this.#tell(this.#pools, name, this.#to.pool)
  readonly lost: LedgerEvents['lost'] = (lost) => this.#to.lost(lost)

  #tell(waiting: Set<string>, what: string, tell: (what: string) => void): void {
    if (this.#holds) waiting.add(what)
    else tell(what)
  }
}

function flush(waiting: Set<string>, tell: (what: string) => void): void {
  const all = [...waiting]
  waiting.clear()
  for (const what of all) tell(what)
}
