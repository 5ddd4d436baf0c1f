import { backoffMs } from '../../../kit/backoff.ts'
import type { Clock } from '../../../kit/clock.ts'
import { ApiError, isApiError } from '../client/apiError.ts'
import type { ApiPort, Selection, WatchEvent } from '../client/apiPort.ts'
import type { KubeMetrics } from '../metrics.ts'
import { isNewer, type KindRef, type KubeObject } from '../objects.ts'
import type { Outage } from '../client/outage.ts'
import type { WritableStore } from './store.ts'

/** Keeps a store equal to what the API server has. */
export interface Reflector {
  /** Lists and watches until `signal` aborts; no fault of the server ends it. */
  run(signal: AbortSignal): Promise<void>
  /** Whether the store has been filled once. */
  synced(): boolean
}

/** What a reflector is made of. `random` yields [0, 1). */
export interface ReflectorOptions<T extends KubeObject> {
  readonly api: Pick<ApiPort, 'list' | 'watch'>
  readonly kind: KindRef<T>
  readonly selection?: Selection
  readonly store: WritableStore<T>
  readonly clock: Clock
  readonly random: () => number
  readonly outage: Outage
  readonly metrics: KubeMetrics
  /** Called once, when the store has been filled. */
  readonly onSync?: () => void
}

/** client-go waits 0.8 to 30 s; an operator with some ten watches may come back sooner. */
const restartBackoff = { firstMs: 200, maxMs: 5_000 }
/** Bookmarks come each 60 s; a watch that is silent for longer may hang on a connection that nobody closed. */
const silenceMs = 90_000
/**
 * One that stood for this long before it fell silent may also be whole: a server sends no bookmarks of a kind that nothing has happened to
 * since it started (Cacher.dispatchEvents in k8s.io/apiserver). If it does hang, the next try says so.
 */
const stoodMs = 60_000

/** A watch that lives for this long has been answered, even where nothing happens. */
const answersMs = 1_000

/** Why a watch came to its end: the server closed it in good order, it stood and then said nothing any more, or an error. */
type End = ApiError | 'closed' | 'silent'

/**
 * A reflector: list, then watch from the version of the list, then watch again from where it broke off; a new list only when
 * that version has grown too old (410), the first time at once. After client-go's reflector.go.
 */
export function createReflector<T extends KubeObject>(options: ReflectorOptions<T>): Reflector {
  const { api, kind, store, clock, random, outage, metrics } = options
  const part = `watch of ${kind.kind}`
  const selection = options.selection ?? {}
  let synced = false
  let listNext = true
  /** Ends since the last sign of progress. */
  let failures = 0

  async function list(signal: AbortSignal): Promise<void> {
    const { items, resourceVersion } = await api.list(kind, selection, signal)
    store.replace(items, resourceVersion)
    metrics.lists.inc({ kind: kind.kind, result: 'success' })
    metrics.cached.set({ kind: kind.kind }, store.size())
    listNext = false
    if (synced) return
    synced = true
    options.onSync?.()
  }

  function take(event: WatchEvent<T>): void {
    const version = event.type === 'bookmark' ? event.resourceVersion : event.object.metadata.resourceVersion
    const at = store.resourceVersion()
    // The server was restored from a backup: what it tells from now on cannot be joined to what we hold.
    if (at !== undefined && isNewer(at, version)) throw new ApiError('gone', `the versions of ${kind.plural} went back`)
    if (event.type === 'bookmark') store.advance(version)
    else if (event.type === 'deleted') store.remove(event.object)
    else store.put(event.object)
    metrics.cached.set({ kind: kind.kind }, store.size())
  }

  async function follow(signal: AbortSignal): Promise<void> {
    const silence = new AbortController()
    const watchdog = () =>
      clock.after(silenceMs, () => silence.abort(new ApiError('timeout', `${kind.plural}: the watch fell silent`)))
    let timer = watchdog()
    const answering = clock.after(answersMs, () => outage.over(part))
    try {
      const from = { ...selection, resourceVersion: store.resourceVersion() ?? '' }
      for await (const event of api.watch(kind, from, AbortSignal.any([signal, silence.signal]))) {
        timer.cancel()
        timer = watchdog()
        take(event)
        recovered()
      }
    } finally {
      timer.cancel()
      answering.cancel()
    }
  }

  function recovered(): void {
    failures = 0
    outage.over(part)
  }

  async function once(signal: AbortSignal): Promise<End> {
    let beganAtMs = Number.POSITIVE_INFINITY
    try {
      if (listNext) await list(signal)
      beganAtMs = clock.monotonicMs()
      await follow(signal)
      return 'closed'
    } catch (thrown) {
      if (isApiError(thrown, 'timeout') && clock.monotonicMs() - beganAtMs >= stoodMs) return 'silent'
      if (listNext) metrics.lists.inc({ kind: kind.kind, result: 'error' })
      return isApiError(thrown) ? thrown : new ApiError('badResponse', `${kind.plural}: ${String(thrown)}`, { cause: thrown })
    }
  }

  /** What an end means for the next try. */
  function learn(reason: string): void {
    metrics.watchRestarts.inc({ kind: kind.kind, reason })
    if (reason === 'gone') listNext = true
    failures = reason === 'silent' ? 0 : failures + 1
  }

  /** How long to wait before the next try. */
  function pauseMs(end: End): number {
    const reason = typeof end === 'string' ? end : end.reason
    learn(reason)
    if (failures === 0 || (failures === 1 && (reason === 'closed' || reason === 'gone'))) return 0
    if (typeof end === 'string') return backoffMs(restartBackoff, failures, random)
    outage.begun(part, end)
    return Math.max(end.retryAfterMs ?? 0, backoffMs(restartBackoff, failures, random))
  }

  return {
    synced: () => synced,
    async run(signal) {
      while (!signal.aborted) {
        const end = await once(signal)
        if (signal.aborted) return
        await clock.sleep(pauseMs(end), signal).catch(() => undefined)
      }
    },
  }
}
