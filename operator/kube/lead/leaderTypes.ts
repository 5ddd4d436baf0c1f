import type { Clock } from '../../../kit/clock.ts'
import type { Log } from '../../../kit/log.ts'
import type { ApiPort } from '../client/apiPort.ts'
import type { KubeMetrics } from '../metrics.ts'
import type { Outage } from '../client/outage.ts'

/** Who leads, as far as this replica has seen. */
export interface Holder {
  readonly identity: string
  /** Where the leader answers, for standbys that forward. */
  readonly address: string | undefined
  readonly epoch: number
  /** Whether the Lease was renewed lately, by this replica's clock. */
  readonly fresh: boolean
}

/** Times of leader election, in milliseconds. */
export interface LeaderTimes {
  /** A Lease that has not changed for this long may be taken. */
  readonly leaseMs: number
  /** A leader that could not renew for this long has stopped to be one. */
  readonly renewDeadlineMs: number
  /** How often a holder renews and a candidate looks. */
  readonly periodMs: number
}

/** client-go's defaults. */
export const defaultLeaderTimes: LeaderTimes = { leaseMs: 15_000, renewDeadlineMs: 10_000, periodMs: 2_000 }

/** How a term ended. */
export type TermEnd = 'stopped' | 'lost'

/** One stay of this replica at the lead. */
export interface Term {
  /** What every order carries; it may rise within a term. */
  epoch(): number
  /** Aborts when the term shall end: drain, then let `lead` return. The Lease is renewed meanwhile. */
  readonly stop: AbortSignal
  /** Aborts when the Lease is lost: drop everything. `stop` has aborted too then. */
  readonly lost: AbortSignal
  /** Whether this replica may act as leader at this moment; true to the monotonic clock even where a timer is late. */
  isValid(): boolean
  /**
   * For a leader whose order a media node has refused for its epoch: an epoch above `atLeast`, written to the Lease before it resolves. Where the
   * epoch is above it already, that one. Rejects when the Lease is lost or cannot be written.
   */
  raiseEpoch(atLeast: number): Promise<number>
}

/** One replica's part in the election. */
export interface Leader {
  /**
   * Stands for election, leads, and ends: `stopped` when `signal` aborted and the work had drained (the Lease is released then), `lost`
   * when it could not be renewed, after which the process should exit. Rejects with what the work rejected with.
   */
  run(signal: AbortSignal): Promise<TermEnd>
  /** Whether this replica may act as leader at this moment. */
  isLeader(): boolean
  holder(): Holder | undefined
}

/** What a leader is made of. */
export interface LeaderOptions {
  readonly api: Pick<ApiPort, 'get' | 'create' | 'mergePatch'>
  readonly lease: { readonly namespace: string; readonly name: string }
  /** Unique to this process: never that of an earlier one. */
  readonly identity: string
  readonly address: string
  /** The highest epoch that any media node has reported; 0 where none has. */
  readonly highestReportedEpoch: () => number
  /** The work of the leader. It ends once `term.stop` has aborted and nothing of it runs any more. */
  readonly lead: (term: Term) => Promise<void>
  readonly times?: LeaderTimes
  readonly clock: Clock
  /** Yields [0, 1). */
  readonly random: () => number
  readonly log: Log
  readonly outage: Outage
  readonly metrics: KubeMetrics
}
