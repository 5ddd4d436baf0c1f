import type { Clock, Timer } from '../../../kit/clock.ts'
import type { Log } from '../../../kit/log.ts'
import type { KubeMetrics } from '../metrics.ts'
import { createTokenBucket } from './tokenBucket.ts'

/** What a write is about, the most urgent first: what an object is, how much there is of it, what happened to it. */
export const lanes = ['phase', 'count', 'event'] as const
export type Lane = (typeof lanes)[number]

/** How a write ended: it happened, it never will, or it is to be tried again. */
export type WriteEnd = 'written' | 'dropped' | { readonly againInMs: number }

/** A write that waits for its turn. */
export interface PendingWrite {
  /** What is written; a newer write of the same key takes the place of an older one that still waits. */
  readonly key: string
  readonly lane: Lane
  /** Not before this moment of the monotonic clock. */
  readonly notBeforeMs?: number
  /** Called when its turn has come: what to do now, or undefined where nothing is left to write, which costs no token. */
  prepare(): ((signal: AbortSignal) => Promise<WriteEnd>) | undefined
}

/** The one door for all writes of status and Events. */
export interface WriteBucket {
  put(write: PendingWrite): void
  /** Whether a write of `key` waits or is under way. */
  holds(key: string): boolean
  /** Takes nothing more, forgets what waits for a time, and writes the rest until all is written or `deadline` aborts. */
  drain(deadline: AbortSignal): Promise<void>
}

/** 20 writes a second and 100 at once for the whole operator, whatever its size. */
const ratePerSecond = 20
const burst = 100
/** Enough to spend the burst in a second at 80 ms a write. */
const inFlightAtMost = 8
/** What waits in a lane without being one an object is bounded; the rest is dropped and counted. */
const eventsAtMost = 500

/** Makes the bucket. Writes of one key never overlap. When `signal` aborts, as when the lease is lost, nothing more is written. */
export function createWriteBucket(options: { clock: Clock; log: Log; metrics: KubeMetrics; signal: AbortSignal }): WriteBucket {
  const { clock, log, metrics } = options
  const tokens = createTokenBucket({ ratePerSecond, burst, clock })
  const ready: Record<Lane, Map<string, PendingWrite>> = { phase: new Map(), count: new Map(), event: new Map() }
  const delayed = new Map<string, PendingWrite>()
  const inFlight = new Set<string>()
  const stopping = new AbortController()
  let nextDueMs = Infinity
  let timer: Timer | undefined
  let pumping = false
  let open = true
  let onChange = (): void => undefined

  for (const lane of lanes) {
    for (const result of ['written', 'dropped', 'again']) metrics.writes.inc({ lane, result }, 0)
    metrics.writesDropped.inc({ lane }, 0)
    metrics.writesWaiting.set({ lane }, 0)
  }

  function insert(write: PendingWrite): void {
    const { key, lane, notBeforeMs = 0 } = write
    const due = notBeforeMs <= clock.monotonicMs()
    for (const each of lanes) if (each !== lane || !due) ready[each].delete(key)
    delayed.delete(key)
    if (!due) {
      delayed.set(key, write)
      nextDueMs = Math.min(nextDueMs, notBeforeMs)
    } else if (lane === 'event' && ready.event.size >= eventsAtMost && !ready.event.has(key)) {
      metrics.writesDropped.inc({ lane })
    } else {
      ready[lane].set(key, write) // An older write of the key leaves its place in the line to this one.
    }
  }

  /** Lets those join the line whose time has come. */
  function promote(): void {
    if (clock.monotonicMs() < nextDueMs) return
    nextDueMs = Infinity
    for (const write of [...delayed.values()]) insert(write)
  }

  function next(): PendingWrite | undefined {
    for (const lane of lanes) for (const write of ready[lane].values()) if (!inFlight.has(write.key)) return write
    return undefined
  }

  async function run(write: PendingWrite, act: (signal: AbortSignal) => Promise<WriteEnd>): Promise<void> {
    inFlight.add(write.key)
    const end = await act(AbortSignal.any([options.signal, stopping.signal])).catch((err: unknown): WriteEnd => {
      log.error({ object: write.key, err }, 'a write failed in a way that nobody foresaw')
      return 'dropped'
    })
    inFlight.delete(write.key)
    metrics.writes.inc({ lane: write.lane, result: typeof end === 'string' ? end : 'again' })
    const replaced = delayed.has(write.key) || lanes.some((lane) => ready[lane].has(write.key))
    if (typeof end === 'object' && open && !replaced) insert({ ...write, notBeforeMs: clock.monotonicMs() + end.againInMs })
    pumpSoon()
  }

  function pump(): void {
    pumping = false
    promote()
    while (inFlight.size < inFlightAtMost && tokens.waitMs() === 0) {
      const write = next()
      if (!write) break
      ready[write.lane].delete(write.key)
      const act = write.prepare()
      if (act && tokens.take()) void run(write, act)
    }
    for (const lane of lanes) metrics.writesWaiting.set({ lane }, ready[lane].size)
    arm()
    onChange()
  }

  function arm(): void {
    timer?.cancel()
    const tokenMs = next() && inFlight.size < inFlightAtMost ? tokens.waitMs() : Infinity
    const waitMs = Math.min(tokenMs, nextDueMs - clock.monotonicMs())
    timer = waitMs === Infinity ? undefined : clock.after(Math.max(1, waitMs), pump)
  }

  /** One pump for all that is put in one turn: ten thousand objects may be. */
  function pumpSoon(): void {
    if (pumping) return
    pumping = true
    queueMicrotask(pump)
  }

  function forget(): void {
    open = false
    for (const lane of lanes) ready[lane].clear()
    delayed.clear()
    nextDueMs = Infinity
    pumpSoon()
  }
  options.signal.addEventListener('abort', forget, { once: true })

  return {
    put(write) {
      if (!open || options.signal.aborted) return
      insert(write)
      pumpSoon()
    },
    holds: (key) => inFlight.has(key) || delayed.has(key) || lanes.some((lane) => ready[lane].has(key)),
    async drain(deadline) {
      open = false
      delayed.clear()
      nextDueMs = Infinity
      const empty = (): boolean => inFlight.size === 0 && next() === undefined
      const giveUp = (): void => {
        forget()
        stopping.abort(deadline.reason)
      }
      deadline.addEventListener('abort', giveUp, { once: true })
      if (deadline.aborted) giveUp()
      await new Promise<void>((resolve) => {
        onChange = () => (empty() ? resolve() : undefined)
        pumpSoon()
      })
      deadline.removeEventListener('abort', giveUp)
      timer?.cancel()
    },
  }
}
