/** The first of many, for people. */
const namesTold = 3

/** In which namespaces meetings may be made, as far as this operator knows: what it does not know keeps nobody out. */
export class Namespaces {
  /** Those that exist, and whether they are being deleted; empty while they are not known, since no cluster has none. */
  readonly #existing = new Map<string, { readonly isGoing: boolean }>()
  #served: ReadonlySet<string> | undefined = undefined

  /** The only ones that are served; none means all. */
  serve(names: readonly string[]): void {
    this.#served = names.length === 0 ? undefined : new Set(names)
  }

  put(name: string, isGoing: boolean): void {
    this.#existing.set(name, { isGoing })
  }

  remove(name: string): void {
    this.#existing.delete(name)
  }

  /** Why no meeting can be made there, in words that name the namespace; undefined where one can. */
  whyNot(name: string): string | undefined {
    if (this.#served?.has(name) === false)
      return `the operator does not serve the namespace ${name}, but ${inWords(this.#served)}`
    if (this.#existing.size === 0) return undefined
    const known = this.#existing.get(name)
    if (known === undefined) return `there is no namespace ${name}`
    return known.isGoing ? `the namespace ${name} is being deleted` : undefined
  }
}

function inWords(names: ReadonlySet<string>): string {
  const told = [...names].slice(0, namesTold).join(', ')
  return names.size > namesTold ? `${told} and ${names.size - namesTold} more` : told
}
