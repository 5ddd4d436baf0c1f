import type { MediaNodePool } from '../../crds/index.ts'
import { sameForNodes } from './poolChange.ts'

/** The pools as they were watched, and who belongs to each. */
export class KnownPools<Member> {
  readonly #byName = new Map<string, MediaNodePool>()
  readonly #members = new Map<string, Set<Member>>()
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
    return this.#members.get(name) ?? []
  }

  join(name: string, member: Member): void {
    const members = this.#members.get(name) ?? new Set()
    this.#members.set(name, members.add(member))
  }

  leave(name: string, member: Member): void {
    this.#members.get(name)?.delete(member)
  }

  #relist(): void {
    this.#list = [...this.#byName.values()].toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
  }
}
