import { withinTime } from '../../../kit/abort.ts'
import { backoffMs } from '../../../kit/backoff.ts'
import type { Clock } from '../../../kit/clock.ts'
import type { Log } from '../../../kit/log.ts'
import { isApiError, isPassing } from '../client/apiError.ts'
import type { ApiPort } from '../client/apiPort.ts'
import { mergeDiff, sameJson } from '../client/mergePatch.ts'
import { isNewer, keyOf, type KindRef, type KubeObject, type StatusOf } from '../objects.ts'
import { askedWaitMs } from '../client/outcome.ts'
import type { Store } from '../watch/store.ts'
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

/** Counts are written at most once a minute an object. */
const countPeriodMs = 60_000
const retryBackoff = { firstMs: 500, maxMs: 30_000 }
/** What was refused may be allowed later: a right that was missing, a definition that was too old. */
const refusedPauseMs = 60_000
const callTimeoutMs = 10_000

/** Whether an error tells that what is known of the object may be old. */
function isOutdated(thrown: unknown): boolean {
  return isApiError(thrown, 'conflict', 'notFound') || (isApiError(thrown) && thrown.ambiguous)
}

/** What is known of one object, by its uid. */
interface Entry {
  readonly kind: KindRef
  readonly object: KubeObject
  status: object
  /** The server's last answer, until the cache has caught up with it. */
  answer: KubeObject | undefined
  countsWrittenAtMs: number
  failures: number
  /** Nothing is written before; where a status was refused, nothing but another one. */
  pause: { readonly untilMs: number; readonly refused?: object } | undefined
}

const untold = { answer: undefined, countsWrittenAtMs: -Infinity, failures: 0, pause: undefined }

/** Makes the status writer. */
export function createStatusWriter(options: StatusWriterOptions): StatusWriter {
  const { api, bucket, stores, counts, clock, random, log } = options
  const entries = new Map<string, Entry>()
  for (const store of Object.values(stores))
    store.onChange(({ before, after }) => {
      if (before && before.metadata.uid !== after?.metadata.uid) entries.delete(before.metadata.uid)
    })

  /** The newest state of the object that is known here. */
  function newest(entry: Entry): KubeObject {
    const cached = stores[entry.kind.kind]?.byUid(entry.object.metadata.uid) ?? entry.object
    if (entry.answer && !isNewer(entry.answer.metadata.resourceVersion, cached.metadata.resourceVersion)) entry.answer = undefined
    return entry.answer ?? cached
  }

  function difference(entry: Entry): Record<string, unknown> | undefined {
    const { status = {} } = newest(entry) as { status?: object }
    return mergeDiff(status, entry.status)
  }

  const touchesCounts = (entry: Entry, patch: object): boolean =>
    Object.keys(patch).some((member) => counts[entry.kind.kind]?.includes(member))
  const onlyCounts = (entry: Entry, patch: object): boolean =>
    Object.keys(patch).every((member) => counts[entry.kind.kind]?.includes(member))

  /** The earliest moment for this patch: counts wait for their minute, and everything waits after a failure. */
  function notBeforeMs(entry: Entry, patch: object): number {
    const { pause, status } = entry
    const paused = pause && (pause.refused === undefined || sameJson(pause.refused, status))
    return Math.max(onlyCounts(entry, patch) ? entry.countsWrittenAtMs + countPeriodMs : 0, paused ? pause.untilMs : 0)
  }

  function put(entry: Entry, patch: object | undefined): void {
    bucket.put({
      key: entry.object.metadata.uid,
      // Without a patch nothing differs, but an older word may be on its way and has to be taken back at once.
      lane: patch && onlyCounts(entry, patch) ? 'count' : 'phase',
      notBeforeMs: patch ? notBeforeMs(entry, patch) : 0,
      prepare: () => prepare(entry),
    })
  }

  function prepare(entry: Entry): ReturnType<PendingWrite['prepare']> {
    const patch = difference(entry)
    if (!patch) return undefined
    if (clock.monotonicMs() >= notBeforeMs(entry, patch)) return (signal) => send(entry, { patch, signal })
    put(entry, patch) // What was urgent when it was put has been written meanwhile, or refused.
    return undefined
  }

  async function send(entry: Entry, change: { patch: Record<string, unknown>; signal: AbortSignal }): Promise<WriteEnd> {
    const { kind, object } = entry
    const { patch } = change
    const { resourceVersion } = newest(entry).metadata
    try {
      entry.answer = await withinTime({ timeoutMs: callTimeoutMs, signal: change.signal }, (signal) =>
        api.patchStatus(kind, object.metadata, { patch, resourceVersion, signal }),
      )
      entry.failures = 0
      entry.pause = undefined
      if (touchesCounts(entry, patch)) entry.countsWrittenAtMs = clock.monotonicMs()
      return 'written'
    } catch (thrown) {
      return change.signal.aborted ? 'dropped' : afterFailure(entry, thrown, change.signal)
    }
  }

  async function afterFailure(entry: Entry, thrown: unknown, signal: AbortSignal): Promise<WriteEnd> {
    if (isOutdated(thrown) && !(await lives(entry, signal))) {
      entries.delete(entry.object.metadata.uid)
      return 'dropped'
    }
    entry.failures++
    if (isApiError(thrown, 'conflict') && entry.failures === 1) return { againInMs: 0 }
    const refused = !isPassing(thrown)
    if (refused || entry.failures === 2) {
      log.warn({ object: keyOf(entry.object), attempt: entry.failures, err: thrown }, 'status could not be written')
    }
    const againInMs = refused ? refusedPauseMs : Math.max(askedWaitMs(thrown), backoffMs(retryBackoff, entry.failures, random))
    entry.pause = { untilMs: clock.monotonicMs() + againInMs, ...(refused && { refused: entry.status }) }
    return { againInMs }
  }

  /** Looks at the server itself, so that what is compared next is what it really has; false where the object has gone or is another. */
  async function lives(entry: Entry, signal: AbortSignal): Promise<boolean> {
    try {
      const live = await withinTime({ timeoutMs: callTimeoutMs, signal }, (within) =>
        api.get(entry.kind, entry.object.metadata, within),
      )
      if (live.metadata.uid !== entry.object.metadata.uid) return false
      entry.answer = live
    } catch (thrown) {
      return !isApiError(thrown, 'notFound')
    }
    return true
  }

  return {
    write(kind, object, status) {
      const { uid } = object.metadata
      const known = entries.get(uid)
      const entry: Entry = known ?? { kind, object, status, ...untold }
      entry.status = status
      entries.set(uid, entry)
      const patch = difference(entry)
      if (patch || bucket.holds(uid)) put(entry, patch)
    },
  }
}
