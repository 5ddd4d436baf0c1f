import { aborted } from '../../kit/abort.ts'
import type { Clock } from '../../kit/clock.ts'
import { ApiError, type ApiErrorReason } from './client/apiError.ts'
import type { ApiPort, ListOptions, ObjectList, WatchEvent, WatchOptions } from './client/apiPort.ts'
import { eventQueue, type EventQueue } from './eventQueue.ts'
import { fakeObjects, selects, type Announcement } from './fakeObjects.ts'
import { isNewer, keyOf, type KindRef, type KubeObject, type ObjectRef } from './objects.ts'

/** The calls that a fault may hit. */
export type Verb = 'list' | 'get' | 'create' | 'mergePatch' | 'patchStatus' | 'delete' | 'watch'

/** What a fault does to the next call of its verb: refuse it, do it and lose the answer, or never answer. */
export type Fault = ApiErrorReason | ApiError | 'lostAnswer' | 'hang'

/** A small API server for unit tests, with its faults. It knows no schemas and no field selectors; the embedded API does. */
export interface FakeCluster {
  /** A door to the store. While `reachable` says no every call hangs until it is aborted, as behind a cut cable. */
  port(door?: { readonly latencyMs?: () => number; readonly reachable?: () => boolean }): ApiPort
  /** Makes the next calls of `verb` fail, one a fault. */
  fail(verb: Verb, ...faults: readonly Fault[]): void
  /** What admission says to each create: words where it refuses, undefined where it lets it in. */
  admission: (kind: KindRef, draft: object) => string | undefined
  /** Ends all watches, with an error or in good order. */
  breakWatches(reason?: ApiErrorReason): void
  /** While true, watches tell nothing, not even bookmarks, and keep what happens for later: caches grow stale. */
  holdWatches(held: boolean): void
  /** Forgets the past: versions older than now are gone. */
  compact(): void
  /** Sends a bookmark with `version` (the newest unless told otherwise) down each watch. */
  bookmark(version?: string): void
  /** Saves an object as some other client would, whatever is there. */
  put<T extends KubeObject>(kind: KindRef<T>, object: object): T
  /** Takes an object away, as its kubelet does with a Pod that has ended. */
  remove(kind: KindRef, ref: ObjectRef): void
  /** Deletes an object as some other client would: a Pod that runs gets its time to end. */
  delete(kind: KindRef, ref: ObjectRef): void
  objects<T extends KubeObject>(kind: KindRef<T>): readonly T[]
  object<T extends KubeObject>(kind: KindRef<T>, name: string): T | undefined
  /** A list as a server gives that is behind: without the last `changes` of what it remembers. */
  staleList<T extends KubeObject>(kind: KindRef<T>, options: ListOptions, changes: number): ObjectList<T>
  watches(): number
  /** Writes through a door that took effect, as `create Lease parley/leader`. */
  readonly written: string[]
}

interface Watch {
  readonly kind: KindRef
  readonly options: WatchOptions
  readonly queue: EventQueue<WatchEvent<KubeObject>>
}

const concerns = (watch: Pick<Watch, 'kind' | 'options'>, { kind, object }: Announcement): boolean =>
  watch.kind.kind === kind.kind && selects(watch.options, object)

/** Makes an empty {@link FakeCluster}. */
export function fakeCluster(clock: Clock): FakeCluster {
  const watches = new Set<Watch>()
  const faults = new Map<Verb, Fault[]>()
  const written: string[] = []
  const late: (() => void)[] = []
  let history: Announcement[] = []
  let compactedAt = 0
  let holding = false

  const store = fakeObjects(clock, (change) => {
    history.push(change)
    for (const watch of watches) if (concerns(watch, change)) deliver(() => watch.queue.push(change))
  })

  function deliver(run: () => void): void {
    if (holding) late.push(run)
    else run()
  }

  async function hang(signal: AbortSignal | undefined): Promise<void> {
    await aborted(signal ?? new AbortController().signal)
    signal?.throwIfAborted()
  }

  /** Meets the next fault of `verb`; returns whether the answer shall be lost. */
  async function meet(verb: Verb, signal: AbortSignal | undefined): Promise<boolean> {
    const fault = faults.get(verb)?.shift()
    if (fault === undefined) return false
    if (fault === 'hang') await hang(signal)
    else if (fault instanceof ApiError) throw fault
    else if (fault !== 'lostAnswer') throw new ApiError(fault, `${verb}: ${fault} by order of the test`)
    return true
  }

  function port({ latencyMs = () => 0, reachable = () => true }: Parameters<FakeCluster['port']>[0] = {}): ApiPort {
    async function travel(signal: AbortSignal | undefined): Promise<void> {
      signal?.throwIfAborted()
      const delayMs = latencyMs()
      if (delayMs > 0) await clock.sleep(delayMs, signal)
      if (!reachable()) await hang(signal)
    }

    async function call<R>(verb: Verb, signal: AbortSignal | undefined, act: () => R): Promise<R> {
      await travel(signal)
      const lost = await meet(verb, signal)
      const result = structuredClone(act())
      if (lost) throw new ApiError('network', `${verb}: the answer was lost`, { ambiguous: true })
      await travel(signal)
      return result
    }

    function write<R>(
      verb: Verb,
      at: { kind: KindRef; ref: ObjectRef; signal?: AbortSignal | undefined },
      act: () => R,
    ): Promise<R> {
      return call(verb, at.signal, () => {
        const result = act()
        written.push(`${verb} ${at.kind.kind} ${keyOf(at.ref)}`)
        return result
      })
    }

    return {
      list: <T extends KubeObject>(kind: KindRef<T>, options: ListOptions, signal?: AbortSignal) =>
        call('list', signal, () => ({ items: store.list(kind, options) as T[], resourceVersion: String(store.version()) })),
      get: <T extends KubeObject>(kind: KindRef<T>, ref: ObjectRef, signal?: AbortSignal) =>
        call('get', signal, () => store.get(kind, ref) as T),
      create<T extends KubeObject>(kind: KindRef<T>, draft: object & { metadata: object }, signal?: AbortSignal) {
        const body = structuredClone(draft)
        return write('create', { kind, ref: body.metadata as ObjectRef, signal }, () => {
          const refused = cluster.admission(kind, body)
          if (refused !== undefined) throw new ApiError('forbidden', refused, { status: 403 })
          return store.create(kind, body) as T
        })
      },
      mergePatch<T extends KubeObject>(
        kind: KindRef<T>,
        ref: ObjectRef,
        { signal, ...change }: Parameters<ApiPort['mergePatch']>[2],
      ) {
        const body = structuredClone(change)
        return write('mergePatch', { kind, ref, signal }, () => store.patch(kind, ref, body) as T)
      },
      patchStatus<T extends KubeObject>(
        kind: KindRef<T>,
        ref: ObjectRef,
        { signal, ...change }: Parameters<ApiPort['patchStatus']>[2],
      ) {
        const body = structuredClone({ ...change, patch: { status: change.patch } })
        return write('patchStatus', { kind, ref, signal }, () => store.patch(kind, ref, body) as T)
      },
      delete: (kind, ref, { signal, ...preconditions } = {}) =>
        write('delete', { kind, ref, signal }, () => store.delete(kind, ref, preconditions)),
      async *watch<T extends KubeObject>(kind: KindRef<T>, options: WatchOptions, signal: AbortSignal) {
        await call('watch', signal, () => undefined)
        if (Number(options.resourceVersion) < compactedAt) throw new ApiError('gone', 'too old resource version', { status: 410 })
        const watch: Watch = { kind, options, queue: eventQueue() }
        const missed = history.filter(({ object }) => isNewer(object.metadata.resourceVersion, options.resourceVersion))
        for (const change of missed) if (concerns(watch, change)) watch.queue.push(change)
        watches.add(watch)
        try {
          yield* watch.queue.read(signal) as AsyncIterable<WatchEvent<T>>
        } finally {
          watches.delete(watch)
        }
      },
    }
  }

  const cluster: FakeCluster = {
    port,
    written,
    admission: () => undefined,
    fail: (verb, ...more) => void faults.set(verb, [...(faults.get(verb) ?? []), ...more]),
    breakWatches(reason) {
      for (const { queue } of watches) queue.end(reason && new ApiError(reason, `${reason} by order of the test`))
    },
    holdWatches(held) {
      holding = held
      if (!held) for (const run of late.splice(0)) run()
    },
    compact() {
      history = []
      compactedAt = store.tick()
    },
    bookmark(version) {
      const resourceVersion = version ?? String(store.version())
      for (const { queue } of watches) deliver(() => queue.push({ type: 'bookmark', resourceVersion }))
    },
    put: <T extends KubeObject>(kind: KindRef<T>, object: object) => store.put(kind, structuredClone(object) as KubeObject) as T,
    delete: (kind, ref) => store.delete(kind, ref),
    remove: (kind, ref) => store.remove(kind, ref),
    objects: <T extends KubeObject>(kind: KindRef<T>) => store.list(kind, {}) as T[],
    object: <T extends KubeObject>(kind: KindRef<T>, name: string) =>
      (store.list(kind, {}) as T[]).find(({ metadata }) => metadata.name === name),
    staleList<T extends KubeObject>(kind: KindRef<T>, options: ListOptions, changes: number) {
      const undone = changes === 0 ? [] : history.slice(-changes)
      const objects = new Map(store.list(kind, {}).map((object) => [keyOf(object), object]))
      for (const change of undone.toReversed()) {
        if (change.kind.kind !== kind.kind) continue
        if (change.before === undefined) objects.delete(keyOf(change.object))
        else objects.set(keyOf(change.before), change.before)
      }
      const items = [...objects.values()].filter((object) => selects(options, object)) as T[]
      const oldest = undone[0]?.object.metadata.resourceVersion
      const version = oldest === undefined ? store.version() : Number(oldest) - 1
      return structuredClone({ items, resourceVersion: String(version) })
    },
    watches: () => watches.size,
  }
  return cluster
}
