import { isNewer, type KubeObject } from '../kube/objects.ts'
import type { Store } from '../kube/watch/store.ts'

/** One store over several of a kind, each of which holds a namespace of its own. */
export function unionStore<T extends KubeObject>(stores: readonly Store<T>[]): Store<T> {
  const [only] = stores
  if (only !== undefined && stores.length === 1) return only
  const all = (stops: readonly (() => void)[]) => () => stops.forEach((stop) => stop())
  return {
    get: (key) => firstOf(stores, (store) => store.get(key)),
    byUid: (uid) => firstOf(stores, (store) => store.byUid(uid)),
    list: () => stores.flatMap((store) => store.list()),
    inNamespace: (namespace) => stores.flatMap((store) => store.inNamespace(namespace)),
    by: (index, value) => stores.flatMap((store) => store.by(index, value)),
    size: () => stores.reduce((sum, store) => sum + store.size(), 0),
    resourceVersion: () => oldest(stores.map((store) => store.resourceVersion())),
    onChange: (listener) => all(stores.map((store) => store.onChange(listener))),
    onProgress: (listener) => all(stores.map((store) => store.onProgress(listener))),
  }
}

function firstOf<S, T>(items: readonly S[], find: (item: S) => T | undefined): T | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}

/** How far all of them have come: as far as the one that is furthest behind. */
function oldest(versions: readonly (string | undefined)[]): string | undefined {
  let least = versions[0]
  for (const version of versions) {
    if (version === undefined || least === undefined) return undefined
    if (isNewer(least, version)) least = version
  }
  return least
}
