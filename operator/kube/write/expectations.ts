import type { Clock } from '../../../kit/clock.ts'
import { keyOf, type KubeObject, type ObjectKey } from '../objects.ts'
import { hasSeen, type Store } from '../watch/store.ts'

/**
 * What a controller wrote and its caches have not seen yet. Deciding again before would repeat the write: make a second media node
 * for the one that the cache does not show, or take back what was just set. After ReplicaSet's ControllerExpectations and
 * client-go's "read your writes" discussions; simpler, because the versions of a kind can be compared.
 */
export interface Expectations {
  /** Remembers that the work on `key` wrote `object`, as the server answered it. */
  wrote(key: ObjectKey, object: KubeObject): void
  /** Remembers that the work on `key` deleted `object`, as the store showed it. */
  deleted(key: ObjectKey, object: KubeObject): void
  /** What `key` still waits for, in words; undefined when the caches have caught up. */
  missing(key: ObjectKey): string | undefined
}

interface Expected {
  readonly what: string
  readonly seen: () => boolean
  readonly untilMs: number
}

/**
 * As long as ReplicaSet waits. A watch that fell silent is found out and begun again within two minutes: a cache that is further behind than this will
 * never see the version that it waits for (a server restored from a backup), and going on is safer than never to decide again.
 */
const patienceMs = 300_000

/** Makes expectations over the stores of the kinds that are written, by kind name. */
export function createExpectations(options: { stores: Readonly<Record<string, Store<KubeObject>>>; clock: Clock }): Expectations {
  const { stores, clock } = options
  const expected = new Map<ObjectKey, Expected[]>()

  function expect(key: ObjectKey, what: string, seen: () => boolean): void {
    const untilMs = clock.monotonicMs() + patienceMs
    expected.set(key, [...(expected.get(key) ?? []), { what, seen, untilMs }])
  }

  return {
    wrote(key, object) {
      const store = stores[object.kind]
      const { resourceVersion } = object.metadata
      if (store) expect(key, `${object.kind} ${keyOf(object)} at ${resourceVersion}`, () => hasSeen(store, resourceVersion))
    },
    deleted(key, object) {
      const store = stores[object.kind]
      const { uid } = object.metadata
      const seen = (): boolean => store?.byUid(uid)?.metadata.deletionTimestamp !== undefined || store?.byUid(uid) === undefined
      if (store) expect(key, `the end of ${object.kind} ${keyOf(object)}`, seen)
    },
    missing(key) {
      const left = (expected.get(key) ?? []).filter(({ seen, untilMs }) => !seen() && clock.monotonicMs() < untilMs)
      if (left.length > 0) expected.set(key, left)
      else expected.delete(key)
      return left[0]?.what
    },
  }
}
