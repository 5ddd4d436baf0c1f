import { withTimeout } from '../../kit/abort.ts'
import { backoffMs } from '../../kit/backoff.ts'
import type { Clock } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import { isApiError, isPassing } from './apiError.ts'
import type { ApiPort } from './apiPort.ts'
import { mergeDiff } from './mergePatch.ts'
import { isNewer, keyOf, type KindRef, type KubeObject, type StatusOf } from './objects.ts'
import { askedWaitMs } from './outcome.ts'
import type { Store } from './store.ts'
import type { PendingWrite, WriteBucket, WriteEnd } from './writeBucket.ts'

/** Writes status through the one bucket. */
export interface StatusWriter {
  /**
   * Says what the whole status of `object` should be from now on; the newest word counts. Nothing is written where the server says so
   * already. The write happens later, or never if the object goes: what matters must be told again by the next reconcile.
   */
  write<T extends KubeObject>(kind: KindRef<T>, object: T, status: StatusOf<T>): void
}

/** What a status writer is made of. `random` yields [0, 1). */
export interface StatusWriterOptions {
  readonly api: Pick<ApiPort, 'get' | 'patchStatus'>
  readonly bucket: WriteBucket
  /** What the caches show, by kind name. */
  readonly stores: Readonly<Record<string, Store<KubeObject>>>
  /** The members of a status that tell how much there is: they may wait. By kind name. */
  readonly counts: Readonly<Record<string, readonly string[]>>
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
}

/** DESIGN: counts are written at most once a minute an object. */
const countPeriodMs = 60_000
const retryBackoff = { firstMs: 500, maxMs: 30_000 }
const callTimeoutMs = 10_000

/** What is known of one object, by its uid. */
interface Entry {
  readonly kind: KindRef
  readonly object: KubeObject
  status: object
  /** The server's last answer, until the cache has caught up with it. */
  answer: KubeObject | undefined
  countsWrittenAtMs: number
  failures: number
}

/** Makes the status writer. */
export function createStatusWriter(options: StatusWriterOptions): StatusWriter {
  const { api, bucket, stores, counts, clock, random, log } = options
  const entries = new Map<string, Entry>()
  for (const store of Object.values(stores))
    store.onChange(({ before, after }) => {
      if (before && before.metadata.uid !== after?.metadata.uid) entries.delete(before.metadata.uid)
    })

  /** The newest state of the object that is known here; undefined when it has gone. */
  function newest(entry: Entry): KubeObject | undefined {
    const { uid } = entry.object.metadata
    const cached = stores[entry.kind.kind]?.byUid(uid)
    if (!cached) return entry.answer ?? entry.object
    if (entry.answer && !isNewer(entry.answer.metadata.resourceVersion, cached.metadata.resourceVersion)) entry.answer = undefined
    return entry.answer ?? cached
  }

  function difference(entry: Entry): Record<string, unknown> | undefined {
    const { status } = (newest(entry) ?? {}) as { status?: object }
    return mergeDiff(status ?? {}, entry.status)
  }

  const touchesCounts = (entry: Entry, patch: object): boolean =>
    Object.keys(patch).some((member) => counts[entry.kind.kind]?.includes(member))
  const onlyCounts = (entry: Entry, patch: object): boolean =>
    Object.keys(patch).every((member) => counts[entry.kind.kind]?.includes(member))

  /** Without a patch nothing differs, but an older word may be on its way and has to be taken back at once. */
  function put(entry: Entry, patch: object | undefined): void {
    const later = patch !== undefined && onlyCounts(entry, patch)
    bucket.put({
      key: entry.object.metadata.uid,
      lane: later ? 'count' : 'phase',
      notBeforeMs: later ? entry.countsWrittenAtMs + countPeriodMs : 0,
      prepare: () => prepare(entry),
    })
  }

  function prepare(entry: Entry): ReturnType<PendingWrite['prepare']> {
    const patch = difference(entry)
    if (!patch) return undefined
    const early = clock.monotonicMs() < entry.countsWrittenAtMs + countPeriodMs
    if (early && onlyCounts(entry, patch)) {
      put(entry, patch) // Only counts are left of what was urgent when it was put.
      return undefined
    }
    return (signal) => send(entry, { patch, signal })
  }

  async function send(entry: Entry, change: { patch: Record<string, unknown>; signal: AbortSignal }): Promise<WriteEnd> {
    const { kind, object } = entry
    const { patch, signal } = change
    const { uid } = object.metadata
    try {
      entry.answer = await api.patchStatus(kind, object.metadata, {
        patch,
        uid,
        signal: withTimeout(callTimeoutMs, signal),
      })
      entry.failures = 0
      if (touchesCounts(entry, patch)) entry.countsWrittenAtMs = clock.monotonicMs()
      return 'written'
    } catch (thrown) {
      return signal.aborted ? 'dropped' : afterFailure(entry, thrown, signal)
    }
  }

  async function afterFailure(entry: Entry, thrown: unknown, signal: AbortSignal): Promise<WriteEnd> {
    if (isApiError(thrown, 'notFound', 'conflict')) {
      entries.delete(entry.object.metadata.uid) // It has gone, or was made again.
      return 'dropped'
    }
    if (!isPassing(thrown)) {
      log.error({ object: keyOf(entry.object), reason: entry.kind.kind, err: thrown }, 'status was refused')
      return 'dropped'
    }
    entry.failures++
    if (entry.failures === 1) log.warn({ object: keyOf(entry.object), err: thrown }, 'status was not written; it is tried again')
    if (isApiError(thrown) && thrown.ambiguous) await look(entry, signal)
    return { againInMs: Math.max(askedWaitMs(thrown), backoffMs(retryBackoff, entry.failures, random)) }
  }

  /** After a write that may have happened: what is compared next is what the server really has. */
  async function look(entry: Entry, signal: AbortSignal): Promise<void> {
    try {
      const live = await api.get(entry.kind, entry.object.metadata, withTimeout(callTimeoutMs, signal))
      if (live.metadata.uid === entry.object.metadata.uid) entry.answer = live
    } catch {
      // The next attempt compares with the cache; a patch that is written twice changes nothing.
    }
  }

  return {
    write(kind, object, status) {
      const { uid } = object.metadata
      const known = entries.get(uid)
      const entry: Entry = known ?? { kind, object, status, answer: undefined, countsWrittenAtMs: -Infinity, failures: 0 }
      entry.status = status
      entries.set(uid, entry)
      const patch = difference(entry)
      if (patch || bucket.holds(uid)) put(entry, patch)
    },
  }
}
