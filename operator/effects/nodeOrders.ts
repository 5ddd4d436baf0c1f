import type { Clock } from '../../kit/clock.ts'
import { CodedError } from '../../kit/errors.ts'
import type { Log, LogFields } from '../../kit/log.ts'
import type { MoveOrder } from '../../sfu/api/move.ts'
import type { Term } from '../../sfu/api/term.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { OperatorMetrics } from '../metrics.ts'
import type { PlannedDrain } from '../plan/drain.ts'
import type { AgentClient, Agents } from './agents.ts'
import { contradictsDrain } from './contradictions.ts'

/** What {@link createNodeOrders} needs. */
export interface NodeOrdersOptions {
  readonly agents: Agents
  readonly ledger: Ledger
  readonly clock: Clock
  readonly log: Log
  readonly metrics: OperatorMetrics
  /** The epoch of this replica's term. */
  readonly epoch: () => number
  /** Unique to this process. */
  readonly identity: string
  /** Another leader has been here: the epoch must rise above `atLeast`. */
  readonly fencedOut: (atLeast: number) => Promise<void>
}

/**
 * Orders that are about a media node as a whole. They reject where the node did not take them; what it answers goes into the ledger as if
 * its load stream had said it.
 */
export interface NodeOrders {
  /** To drain, or that its drain is over. */
  drain(node: string, order: PlannedDrain, signal: AbortSignal): Promise<void>
  /** One participant is to go to another node; whether they could be told. */
  move(node: string, order: Omit<MoveOrder, keyof Term>, signal: AbortSignal): Promise<boolean>
  /** What to tell clients from now on. */
  announce(node: string, addresses: readonly string[], signal: AbortSignal): Promise<void>
}

/** Refusals for the epoch: another leader has given orders of a later one, or of the same. */
const fencing = new Set(['stale_order', 'epoch_shared'])

/** Makes the sender of these orders. */
export function createNodeOrders(options: NodeOrdersOptions): NodeOrders {
  const { agents, ledger, clock, log, metrics, identity, epoch, fencedOut } = options

  /** Undefined where nobody knows where the node is. */
  async function ordered<T>(
    what: { node: string; method: 'drain' | 'announce' | 'move'; fields: LogFields },
    call: (client: AgentClient, term: Required<Term>) => Promise<T>,
  ): Promise<T | undefined> {
    const { node, method } = what
    const url = ledger.nodes.get(node)?.url
    if (url === undefined) return undefined
    const { client, calls } = agents.at(node, url)
    const term = { epoch: epoch(), holder: identity }
    const fields = { node, epoch: term.epoch, method, ...what.fields }
    try {
      const answer = await calls.run(() => call(client, term))
      metrics.orders.inc({ method, result: 'taken' })
      log.info(fields, 'media node ordered')
      return answer
    } catch (thrown) {
      const code = thrown instanceof CodedError ? thrown.code : 'internal'
      const isFenced = fencing.has(code)
      metrics.orders.inc({ method, result: isFenced ? 'fenced' : 'failed' })
      log.warn({ ...fields, code, err: thrown }, 'media node not ordered')
      const beyond = isFenced ? ledger.refusedForEpoch(node, term.epoch, clock.monotonicMs()) : undefined
      if (beyond !== undefined) await fencedOut(beyond + Math.max(term.epoch, ledger.nodes.highestEpoch()))
      throw thrown
    }
  }

  return {
    drain(node, order, signal) {
      const fields = { phase: order.draining ? 'draining' : 'cancelled', ...(order.draining ? { reason: order.reason } : {}) }
      return ordered({ node, method: 'drain', fields }, async (client, term) => {
        const report = await client.putDrain({ ...order, ...term }, signal)
        const why = contradictsDrain(order, report)
        if (why !== undefined) throw ledger.disbelieve(node, why, clock.monotonicMs())
        ledger.nodes.drain(node, { report, order: order.draining ? order : undefined }, clock.monotonicMs())
      })
    },
    async move(node, order, signal) {
      const { meeting, attachment, reason } = order
      const fields = { namespace: meeting.namespace, meeting: meeting.name, attachment, reason }
      const what = { node, method: 'move' as const, fields }
      const told = await ordered(what, (client, term) => client.postMove({ ...order, ...term }, signal))
      return told?.told ?? false
    },
    announce(node, addresses, signal) {
      const fields = { object: addresses.join(' ') }
      return ordered({ node, method: 'announce', fields }, async (client, term) => {
        const told = await client.putAddresses({ ...term, addresses: [...addresses] }, signal)
        ledger.nodes.addresses(node, told, clock.monotonicMs())
      })
    },
  }
}
