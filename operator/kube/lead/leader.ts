import { isApiError } from '../client/apiError.ts'
import { kinds } from '../kinds.ts'
import { defaultLeaderTimes, type Leader, type LeaderOptions, type Term } from './leaderTypes.ts'
import { newLease, nextEpoch, recordOf, takeOver, type LeaseRecord } from './leaseRecord.ts'
import { limited } from '../client/limited.ts'
import { leasePart, startTerm, type Acquired } from './term.ts'

/** Spreads the looks of several candidates, as client-go's JitterFactor. */
const jitter = 0.2

/**
 * Leader election by a Lease, after client-go's leaderelection.go, with two differences: a Lease lapses by the local monotonic time
 * since its record last changed, never by the times in it, so that wall clocks may differ; and each term has an epoch, which is in the
 * Lease before the term begins. The Lease keeps two replicas from working at once; it fences nothing: that does the epoch, at the media nodes.
 */
export function createLeader(options: LeaderOptions): Leader {
  const { api, lease: ref, identity, address, times = defaultLeaderTimes, clock, random, outage, metrics } = options
  let observed: { record: LeaseRecord; atMs: number } | undefined
  let term: Term | undefined
  /** Of every Lease that was seen: one that is restored from a backup tells of an earlier term. */
  let highestSeen = 0

  metrics.isLeader.set({ name: ref.name }, 0)
  for (const change of ['acquired', 'released', 'lost']) metrics.leaderChanges.inc({ change }, 0)

  function observe(record: LeaseRecord): LeaseRecord {
    highestSeen = Math.max(highestSeen, record.epoch)
    observed = { record, atMs: observed?.record.mark === record.mark ? observed.atMs : clock.monotonicMs() }
    return record
  }

  const lapsed = (): boolean => observed === undefined || clock.monotonicMs() - observed.atMs >= times.leaseMs

  /** Whether somebody else holds the Lease. One that has vanished is its last holder's until it lapses. */
  function isTaken(record: LeaseRecord | undefined): boolean {
    const holder = (record ?? observed?.record)?.holder ?? ''
    return holder !== '' && holder !== identity && !lapsed()
  }

  async function look(signal: AbortSignal): Promise<LeaseRecord | undefined> {
    try {
      return observe(recordOf(await api.get(kinds.Lease, ref, signal)))
    } catch (thrown) {
      if (isApiError(thrown, 'notFound')) return undefined
      throw thrown
    }
  }

  async function tryToAcquire(signal: AbortSignal): Promise<Acquired | undefined> {
    const record = await look(signal)
    if (isTaken(record)) return undefined
    const epoch = nextEpoch(record ?? observed?.record, Math.max(highestSeen, options.highestReportedEpoch()))
    const transitions = record ? record.transitions + 1 : 0
    const claim = { identity, address, epoch, transitions, leaseMs: times.leaseMs, nowMs: clock.nowMs() }
    const sinceMs = clock.monotonicMs() // Before the write: the others count from when they see it, which is later.
    const lease = record
      ? await api.mergePatch(kinds.Lease, ref, { patch: takeOver(claim), resourceVersion: record.resourceVersion, signal })
      : await api.create(kinds.Lease, newLease(ref, claim), signal)
    return { record: observe(recordOf(lease)), sinceMs }
  }

  async function acquire(signal: AbortSignal): Promise<Acquired | undefined> {
    while (!signal.aborted) {
      try {
        const held = await limited({ clock, timeoutMs: times.renewDeadlineMs / 2, signal }, tryToAcquire)
        outage.over(leasePart)
        if (held) return held
      } catch (thrown) {
        const raced = isApiError(thrown, 'conflict', 'alreadyExists') || signal.aborted
        if (!raced) outage.begun(leasePart, thrown)
      }
      await clock.sleep(times.periodMs * (1 + jitter * random()), signal).catch(() => undefined)
    }
    return undefined
  }

  return {
    isLeader: () => term?.isValid() ?? false,
    holder() {
      if (!observed || observed.record.holder === '') return undefined
      const { record } = observed
      return { identity: record.holder, address: record.address, epoch: record.epoch, fresh: !lapsed() }
    },
    async run(signal) {
      const held = await acquire(signal)
      if (!held) return 'stopped'
      const running = startTerm({ ...options, times, observe, held })
      term = running.term
      return running.run(signal)
    },
  }
}
