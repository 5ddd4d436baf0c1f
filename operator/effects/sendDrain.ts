import { CodedError } from '../../kit/errors.ts'
import type { Clock } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { OperatorMetrics } from '../metrics.ts'
import type { PlannedDrain } from '../plan/drain.ts'
import type { Agents } from './agents.ts'

/** What {@link createDrainSender} needs. */
export interface DrainSenderOptions {
  readonly agents: Agents
  readonly ledger: Ledger
  readonly clock: Clock
  readonly log: Log
  readonly metrics: OperatorMetrics
  /** The epoch of this replica's term. */
  readonly epoch: () => number
  /** Another leader has been here: the epoch must rise above `atLeast`. */
  readonly fencedOut: (atLeast: number) => Promise<void>
}

/** Tells one media node to drain, or that its drain is over; rejects where it did not take that. */
export type SendDrain = (node: string, order: PlannedDrain, signal: AbortSignal) => Promise<void>

/** Makes the sender. What the node answers goes into the ledger as if its load stream had said it. */
export function createDrainSender(options: DrainSenderOptions): SendDrain {
  const { agents, ledger, clock, log, metrics, epoch, fencedOut } = options
  const method = 'drain'
  return async (node, order, signal) => {
    const url = ledger.nodes.get(node)?.url
    if (url === undefined) return
    const told = { ...order, epoch: epoch() }
    const reason = order.draining ? order.reason : 'nobody asks for it any more'
    const { client, calls } = agents.at(node, url)
    try {
      const report = await calls.run(() => client.putDrain(told, signal))
      metrics.orders.inc({ method, result: 'taken' })
      log.info({ node, epoch: told.epoch, phase: order.draining ? 'draining' : 'cancelled', reason }, 'drain ordered')
      ledger.nodes.drain(node, report, clock.monotonicMs())
    } catch (thrown) {
      const code = thrown instanceof CodedError ? thrown.code : 'internal'
      metrics.orders.inc({ method, result: code === 'stale_order' ? 'fenced' : 'failed' })
      log.warn({ node, epoch: told.epoch, code, err: thrown }, 'drain not ordered')
      if (code === 'stale_order') await fencedOut(Math.max(told.epoch, ledger.nodes.highestEpoch()))
      throw thrown
    }
  }
}
