import type { MediaNodePool } from '../../../crds/index.ts'
import { sameForNodes } from './poolChange.ts'
import { nothingCounted, PoolTally, type Counted, type PoolCounts } from './poolTally.ts'

/** The media nodes that name a pool, and how many of them are what. */
interface Named<Member> {
  readonly members: Set<Member>
  readonly tally: PoolTally
}

/** The pools as they were watched, and who belongs to each. */
export class KnownPools<Member extends Counted> {
  readonly #byName = new Map<string, MediaNodePool>()
  /** Pools of these names need not exist. */
  readonly #named = new Map<string, Named<Member>>()
  #list: readonly MediaNodePool[] = []

  /** By name. The list is a new one whenever it differs. */
  get list(): readonly MediaNodePool[] {
    return this.#list
  }

  get(name: string): MediaNodePool | undefined {
    return this.#byName.get(name)
  }

  /** Returns whether anything is another for its members. */
  put(pool: MediaNodePool): boolean {
    const { name } = pool.metadata
    const same = sameForNodes(this.#byName.get(name), pool)
    this.#byName.set(name, pool)
    this.#relist()
    return !same
  }

  delete(name: string): void {
    this.#byName.delete(name)
    this.#relist()
  }

  /** Members of a pool, which need not exist. */
  members(name: string): Iterable<Member> {
    return this.#named.get(name)?.members ?? []
  }

  /** How many members a pool has, and how many of them are what. */
  counts(name: string): PoolCounts {
    return this.#named.get(name)?.tally.counts() ?? nothingCounted
  }

  join(name: string, member: Member): void {
    const { members, tally } = this.#of(name)
    members.add(member)
    tally.enter(member)
  }

  /** Takes a member out that joined. */
  leave(name: string, member: Member): void {
    const named = this.#named.get(name)
    if (named?.members.delete(member) !== true) return
    named.tally.leave(member)
    if (named.members.size === 0) this.#named.delete(name)
  }

  #of(name: string): Named<Member> {
    const known = this.#named.get(name)
    if (known !== undefined) return known
    const made = { members: new Set<Member>(), tally: new PoolTally() }
    this.#named.set(name, made)
    return made
  }

  #relist(): void {
    this.#list = [...this.#byName.values()].toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
  }
}
