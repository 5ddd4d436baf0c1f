import { isNewer, keyOf, type KubeObject, type ObjectKey } from '../objects.ts'

/** What became of one object: `before` is absent when it appeared, `after` when it went. A name that was made again has both. */
export interface StoreChange<T extends KubeObject> {
  readonly key: ObjectKey
  readonly before: T | undefined
  readonly after: T | undefined
}

/** Values by which objects are found: `pool: (node) => [node.spec.pool]`. */
export type Indexes<T extends KubeObject, Index extends string> = { readonly [Name in Index]: (object: T) => readonly string[] }

/** The objects of one kind as far as the watch has come. Objects are never changed, only replaced. */
export interface Store<T extends KubeObject, Index extends string = string> {
  get(key: ObjectKey): T | undefined
  byUid(uid: string): T | undefined
  list(): readonly T[]
  inNamespace(namespace: string): readonly T[]
  /** The objects whose `index` has `value`. */
  by(index: Index, value: string): readonly T[]
  size(): number
  /** The version that the store shows; undefined until the first list. */
  resourceVersion(): string | undefined
  /** Calls `listener` after each change, in order; returns how to stop. A listener must not throw. */
  onChange(listener: (change: StoreChange<T>) => void): () => void
  /** Calls `listener` whenever the version moved, by a change or a bookmark; returns how to stop. */
  onProgress(listener: () => void): () => void
}

/** A {@link Store} and the pen for it, which only the reflector holds. */
export interface WritableStore<T extends KubeObject, Index extends string = string> extends Store<T, Index> {
  /** Takes a whole list: what is not in it has gone. */
  replace(items: readonly T[], resourceVersion: string): void
  put(object: T): void
  remove(object: T): void
  /** Moves the version without a change. */
  advance(resourceVersion: string): void
}

/** A set of objects by a value; empty values are dropped. */
function bucketIndex<T extends KubeObject>(valuesOf: (object: T) => readonly string[]) {
  const buckets = new Map<string, Map<string, T>>()
  return {
    add(object: T): void {
      for (const value of valuesOf(object)) {
        const bucket = buckets.get(value) ?? new Map<string, T>()
        buckets.set(value, bucket.set(object.metadata.uid, object))
      }
    },
    remove(object: T): void {
      for (const value of valuesOf(object)) {
        const bucket = buckets.get(value)
        bucket?.delete(object.metadata.uid)
        if (bucket?.size === 0) buckets.delete(value)
      }
    },
    of: (value: string): readonly T[] => [...(buckets.get(value)?.values() ?? [])],
  }
}

function unsubscribable<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Makes an empty store. */
export function createStore<T extends KubeObject, Index extends string = never>(
  indexes?: Indexes<T, Index>,
): WritableStore<T, Index> {
  const objects = new Map<ObjectKey, T>()
  const named = new Map(
    Object.entries<(object: T) => readonly string[]>(indexes ?? {}).map(([name, valuesOf]) => [name, bucketIndex(valuesOf)]),
  )
  const uids = bucketIndex<T>(({ metadata }) => [metadata.uid])
  const namespaces = bucketIndex<T>(({ metadata }) => [metadata.namespace ?? ''])
  const all = [uids, namespaces, ...named.values()]
  const changeListeners = new Set<(change: StoreChange<T>) => void>()
  const progressListeners = new Set<() => void>()
  let version: string | undefined

  function set(key: ObjectKey, after: T | undefined): void {
    const before = objects.get(key)
    if (before) for (const index of all) index.remove(before)
    if (after) for (const index of all) index.add(after)
    if (after) objects.set(key, after)
    else objects.delete(key)
    if (before ?? after) for (const listener of changeListeners) listener({ key, before, after })
  }

  function advance(resourceVersion: string): void {
    version = resourceVersion
    for (const listener of progressListeners) listener()
  }

  return {
    get: (key) => objects.get(key),
    byUid: (uid) => uids.of(uid)[0],
    list: () => [...objects.values()],
    inNamespace: (namespace) => namespaces.of(namespace),
    by: (index, value) => named.get(index)?.of(value) ?? [],
    size: () => objects.size,
    resourceVersion: () => version,
    onChange: (listener) => unsubscribable(changeListeners, listener),
    onProgress: (listener) => unsubscribable(progressListeners, listener),

    replace(items, resourceVersion) {
      const listed = new Map(items.map((item) => [keyOf(item), item]))
      version = resourceVersion
      for (const key of [...objects.keys()]) if (!listed.has(key)) set(key, undefined)
      for (const [key, item] of listed) {
        const held = objects.get(key)
        if (held?.metadata.resourceVersion !== item.metadata.resourceVersion || held.metadata.uid !== item.metadata.uid)
          set(key, item)
      }
      advance(resourceVersion)
    },
    put(object) {
      version = object.metadata.resourceVersion
      set(keyOf(object), object)
      advance(object.metadata.resourceVersion)
    },
    remove(object) {
      version = object.metadata.resourceVersion
      // A deletion that is told late must not take an object of the same name that is already a newer one.
      if (objects.get(keyOf(object))?.metadata.uid === object.metadata.uid) set(keyOf(object), undefined)
      advance(object.metadata.resourceVersion)
    },
    advance,
  }
}

/** Whether a store has come at least as far as `resourceVersion`. */
export function hasSeen(store: Pick<Store<KubeObject>, 'resourceVersion'>, resourceVersion: string): boolean {
  const at = store.resourceVersion()
  return at !== undefined && !isNewer(resourceVersion, at)
}
