import type { Timer } from '../../../kit/clock.ts'
import { isApiError } from '../client/apiError.ts'
import { kinds, type Lease } from '../kinds.ts'
import type { LeaderOptions, LeaderTimes, Term, TermEnd } from './leaderTypes.ts'
import { newLease, recordOf, released, renewal, type Claim, type LeaseRecord } from './leaseRecord.ts'
import { limited } from '../client/limited.ts'

/** The Lease as it was acquired, and since when by the monotonic clock it is ours at least. */
export interface Acquired {
  readonly record: LeaseRecord
  readonly sinceMs: number
}

/** A term that has begun, and how to live it to its end. */
export interface RunningTerm {
  readonly term: Term
  run(signal: AbortSignal): Promise<TermEnd>
}

/** How an outage names the Lease. */
export const leasePart = 'lease'
/** How long the work may take to notice that the Lease is lost. */
const lostGraceMs = 5_000

/**
 * Holds the Lease: renews it each period, and knows by the monotonic time since before the last renewal was sent whether it is still
 * ours. That moment is earlier than any at which another replica can have seen the renewal, and renewDeadlineMs is shorter than
 * leaseMs: so nobody else takes it before we know that we have lost it.
 */
export function startTerm(
  options: LeaderOptions & { times: LeaderTimes; held: Acquired; observe: (record: LeaseRecord) => LeaseRecord },
): RunningTerm {
  const { api, lease: ref, identity, address, times, clock, log, outage, metrics, observe } = options
  const stop = new AbortController()
  const lost = new AbortController()
  const over = new AbortController()
  let { record, sinceMs } = options.held
  let { epoch } = record
  let guard: Timer | undefined
  let tail: Promise<unknown> = Promise.resolve()

  const isValid = (): boolean =>
    !lost.signal.aborted && !over.signal.aborted && clock.monotonicMs() < sinceMs + times.renewDeadlineMs

  function lose(why: string): void {
    if (lost.signal.aborted || over.signal.aborted) return
    log.error({ object: ref.name, reason: why, epoch }, 'the lease is lost')
    metrics.leaderChanges.inc({ change: 'lost' })
    const error = new Error(`the lease is lost: ${why}`)
    lost.abort(error)
    stop.abort(error)
  }

  function hold(lease: Lease, fromMs: number): void {
    record = observe(recordOf(lease))
    sinceMs = fromMs
    watch()
  }

  function watch(): void {
    guard?.cancel()
    const leftMs = sinceMs + times.renewDeadlineMs - clock.monotonicMs()
    guard = clock.after(leftMs, () => lose('it could not be renewed in time'))
  }

  const claim = (withEpoch: number): Claim => ({
    identity,
    address,
    epoch: withEpoch,
    transitions: record.transitions,
    leaseMs: times.leaseMs,
    nowMs: clock.nowMs(),
  })

  async function write(signal: AbortSignal, withEpoch: number): Promise<void> {
    const fromMs = clock.monotonicMs()
    const { resourceVersion } = record
    try {
      hold(await api.mergePatch(kinds.Lease, ref, { patch: renewal(claim(withEpoch)), resourceVersion, signal }), fromMs)
    } catch (thrown) {
      if (!isApiError(thrown, 'notFound')) throw thrown
      hold(await api.create(kinds.Lease, newLease(ref, claim(withEpoch)), signal), fromMs) // Somebody deleted it; it is still ours.
    }
  }

  /** Somebody has written the Lease: it may have been we, whose answer was lost, or a person; or another replica has taken it. */
  async function reread(signal: AbortSignal): Promise<void> {
    const live = recordOf(await api.get(kinds.Lease, ref, signal))
    if (live.holder !== identity) lose(live.holder === '' ? 'it was released' : `${live.holder} has taken it`)
    if (live.holder !== identity) throw new Error('the lease is held by somebody else')
    record = live
  }

  async function renew(signal: AbortSignal, withEpoch = epoch): Promise<void> {
    try {
      await write(signal, withEpoch)
    } catch (thrown) {
      if (!isApiError(thrown, 'conflict', 'alreadyExists')) throw thrown
      await reread(signal)
      await write(signal, withEpoch)
    }
  }

  /** One write of the Lease at a time: renewals and raised epochs carry its version. */
  function exclusively<T>(act: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const turn = tail.then(() => limited({ clock, timeoutMs: times.renewDeadlineMs / 2, signal: lost.signal }, act))
    tail = turn.catch(() => undefined)
    return turn
  }

  async function keepRenewing(): Promise<void> {
    for (;;) {
      await clock.sleep(times.periodMs, over.signal).catch(() => undefined)
      if (over.signal.aborted || lost.signal.aborted) return
      try {
        await exclusively((signal) => renew(signal))
        outage.over(leasePart)
      } catch (thrown) {
        if (isValid()) outage.begun(leasePart, thrown)
      }
    }
  }

  async function giveBack(signal: AbortSignal): Promise<void> {
    const { resourceVersion } = record
    observe(recordOf(await api.mergePatch(kinds.Lease, ref, { patch: released(clock.nowMs()), resourceVersion, signal })))
  }

  async function release(signal: AbortSignal): Promise<void> {
    try {
      await giveBack(signal)
    } catch (thrown) {
      if (!isApiError(thrown, 'conflict')) throw thrown
      await reread(signal)
      await giveBack(signal)
    }
    metrics.leaderChanges.inc({ change: 'released' })
  }

  const term: Term = {
    epoch: () => epoch,
    stop: stop.signal,
    lost: lost.signal,
    isValid,
    async raiseEpoch(atLeast) {
      return exclusively(async (signal) => {
        if (epoch > atLeast) return epoch
        await renew(signal, atLeast + 1)
        epoch = atLeast + 1
        metrics.epoch.set(epoch)
        log.warn({ object: ref.name, epoch }, 'a media node refused an order for its epoch; going on with a higher one')
        return epoch
      })
    },
  }

  async function work(): Promise<TermEnd> {
    const lostIt = new Promise<'lost'>((resolve) => lost.signal.addEventListener('abort', () => resolve('lost'), { once: true }))
    const working = options.lead(term)
    const end = await Promise.race([working.then(() => 'stopped' as const), lostIt])
    if (end === 'lost') {
      const waited = new AbortController()
      const grace = clock.sleep(lostGraceMs, waited.signal).catch(() => undefined)
      await Promise.race([working.catch(() => undefined), grace])
      waited.abort()
    }
    return end
  }

  return {
    term,
    async run(signal) {
      const onStop = (): void => stop.abort(signal.reason)
      signal.addEventListener('abort', onStop, { once: true })
      if (signal.aborted) onStop()
      log.info({ object: ref.name, epoch }, 'leading')
      metrics.leaderChanges.inc({ change: 'acquired' })
      metrics.isLeader.set({ name: ref.name }, 1)
      metrics.epoch.set(epoch)
      watch()
      const renewing = keepRenewing()
      try {
        return await work()
      } finally {
        over.abort(new Error('the term is over'))
        metrics.isLeader.set({ name: ref.name }, 0)
        signal.removeEventListener('abort', onStop)
        await renewing
        await exclusively(release).catch((err: unknown) => {
          if (!lost.signal.aborted) log.warn({ object: ref.name, err }, 'the lease could not be given back; it will lapse')
        })
        guard?.cancel()
      }
    },
  }
}
