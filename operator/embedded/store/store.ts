import { withMetadata, type KubeObject } from '../kubeObject.ts'
import type { Journal, JournalEntry, Replay } from './journal.ts'

/** A change of one object. Without `before` it was created, without `after` deleted. */
export interface Change {
  readonly revision: number
  readonly key: string
  readonly before?: KubeObject
  /** With the change's resourceVersion. */
  readonly after?: KubeObject
}

/** An object under its key. */
export interface Entry {
  readonly key: string
  readonly object: KubeObject
}

/** What one kind of object holds. */
interface Shelf {
  readonly objects: Map<string, KubeObject>
  /** The keys in order; made anew when it is needed after a key came or went. */
  sortedKeys: readonly string[] | undefined
  /** The last changes, oldest first. */
  readonly changes: Change[]
  /** The newest revision whose change is not in `changes` any more. */
  forgottenRevision: number
  readonly listeners: Set<(change: Change) => void>
}

/** Options of {@link Store}. */
export interface StoreOptions {
  readonly journal: Journal
  readonly replay?: Replay
  /** How many changes of each kind a watch may look back. */
  readonly historyLength: number
}

/** Says that the past that was asked for is forgotten; carries the oldest revision that is known. */
export interface Forgotten {
  readonly oldestRevision: number
}

/**
 * All objects, in memory, with the last changes of each kind, every change written to a journal first. One counter gives each change
 * its resourceVersion, and it never goes back, also over restarts.
 */
export class Store {
  readonly #journal: Journal
  readonly #historyLength: number
  readonly #shelves = new Map<string, Shelf>()
  #revision: number
  #baseRevision: number

  constructor({ journal, replay = { baseRevision: 0, entries: [] }, historyLength }: StoreOptions) {
    this.#journal = journal
    this.#historyLength = historyLength
    this.#baseRevision = replay.baseRevision
    this.#revision = replay.baseRevision
    for (const entry of replay.entries) this.#replay(entry)
  }

  /** The revision of the last change. */
  get revision(): number {
    return this.#revision
  }

  get(resource: string, key: string): KubeObject | undefined {
    return this.#shelf(resource).objects.get(key)
  }

  /** All objects of a kind whose key begins with `prefix`, in the order of their keys. */
  list(resource: string, prefix = ''): readonly Entry[] {
    const shelf = this.#shelf(resource)
    shelf.sortedKeys ??= [...shelf.objects.keys()].toSorted(byBytes)
    const keys = prefix === '' ? shelf.sortedKeys : shelf.sortedKeys.filter((key) => key.startsWith(prefix))
    return keys.flatMap((key) => {
      const object = shelf.objects.get(key)
      return object ? [{ key, object }] : []
    })
  }

  /** The same as it was at an earlier revision, by taking back the changes since. */
  listAt(resource: string, prefix: string, revision: number): readonly Entry[] | Forgotten {
    const since = this.changesSince(resource, revision)
    if ('oldestRevision' in since) return since
    const then = new Map(this.list(resource, prefix).map(({ key, object }) => [key, object]))
    for (const { key, before } of since.toReversed()) {
      if (!key.startsWith(prefix)) continue
      if (before) then.set(key, before)
      else then.delete(key)
    }
    return [...then].map(([key, object]) => ({ key, object })).toSorted((a, b) => byBytes(a.key, b.key))
  }

  /** The changes of a kind after a revision, oldest first. */
  changesSince(resource: string, revision: number): readonly Change[] | Forgotten {
    const { changes, forgottenRevision } = this.#shelf(resource)
    const oldestRevision = Math.max(forgottenRevision, this.#baseRevision)
    if (revision < oldestRevision) return { oldestRevision }
    return changes.slice(changes.findLastIndex((change) => change.revision <= revision) + 1)
  }

  /** Writes an object under a new resourceVersion and returns it as it stands now. */
  write(resource: string, key: string, object: KubeObject): KubeObject {
    const revision = this.#revision + 1
    const after = withMetadata(object, { resourceVersion: String(revision) })
    this.#journal.append({ revision, resource, key, object: after })
    this.#commit(resource, key, { revision, after })
    return after
  }

  /** Removes an object; the change carries its last state with the resourceVersion of its end, which is returned. */
  remove(resource: string, key: string): KubeObject | undefined {
    const before = this.get(resource, key)
    if (!before) return undefined
    const revision = this.#revision + 1
    this.#journal.append({ revision, resource, key })
    this.#commit(resource, key, { revision })
    return withMetadata(before, { resourceVersion: String(revision) })
  }

  /** Calls `listener` after each change of a kind, until the returned function is called. */
  subscribe(resource: string, listener: (change: Change) => void): () => void {
    const { listeners } = this.#shelf(resource)
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  close(): void {
    this.#journal.close()
  }

  #shelf(resource: string): Shelf {
    const known = this.#shelves.get(resource)
    if (known) return known
    const shelf: Shelf = { objects: new Map(), sortedKeys: undefined, changes: [], forgottenRevision: 0, listeners: new Set() }
    this.#shelves.set(resource, shelf)
    return shelf
  }

  #replay({ revision, resource, key, object }: JournalEntry): void {
    if (revision <= this.#baseRevision && object) this.#shelf(resource).objects.set(key, object)
    else this.#apply(resource, key, object ? { revision, after: object } : { revision })
  }

  #commit(resource: string, key: string, state: { revision: number; after?: KubeObject }): void {
    const change = this.#apply(resource, key, state)
    for (const listener of this.#shelf(resource).listeners) listener(change)
    if (this.#journal.isLong()) this.#compact()
  }

  #apply(resource: string, key: string, { revision, after }: { revision: number; after?: KubeObject }): Change {
    const shelf = this.#shelf(resource)
    const before = shelf.objects.get(key)
    if (after) shelf.objects.set(key, after)
    else shelf.objects.delete(key)
    if (!before || !after) shelf.sortedKeys = undefined
    this.#revision = revision
    const change: Change = { revision, key, ...(before && { before }), ...(after && { after }) }
    this.#remember(shelf, change)
    return change
  }

  /** Keeps up to twice the length and then cuts, so that forgetting costs little. */
  #remember(shelf: Shelf, change: Change): void {
    shelf.changes.push(change)
    if (shelf.changes.length < 2 * this.#historyLength) return
    const gone = shelf.changes.splice(0, shelf.changes.length - this.#historyLength)
    shelf.forgottenRevision = gone.at(-1)?.revision ?? shelf.forgottenRevision
  }

  #compact(): void {
    const revision = this.#revision
    const shelves = this.#shelves
    function* entries(): Generator<JournalEntry> {
      for (const [resource, shelf] of shelves)
        for (const [key, object] of shelf.objects) yield { revision, resource, key, object }
    }
    this.#journal.compact({ revision, entries: entries() })
  }
}

/** The order of etcd: by bytes. For the ASCII of names this is the order of code units. */
function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
