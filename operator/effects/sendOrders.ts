import type { Clock } from '../../kit/clock.ts'
import { CodedError } from '../../kit/errors.ts'
import type { Log } from '../../kit/log.ts'
import type { MeetingRef } from '../../sfu/api/identity.ts'
import type { SegmentOrder } from '../../sfu/api/order.ts'
import { countedOn } from '../ledger/nodes/countedOn.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { PlannedOrder } from '../plan/orders.ts'
import type { PlannedClose } from '../plan/segments.ts'
import type { OperatorMetrics } from '../metrics.ts'
import type { Agents } from './agents.ts'
import { contradictsOrder } from './contradictions.ts'
import type { Signer } from './signer.ts'

/** What {@link createOrderSender} needs. */
export interface OrderSenderOptions {
  readonly agents: Agents
  readonly ledger: Ledger
  readonly signer: Signer
  readonly clock: Clock
  readonly log: Log
  readonly metrics: OperatorMetrics
  /** Unique to this process. */
  readonly identity: string
  /** Another leader has been here: the epoch must rise above `atLeast`. */
  readonly fencedOut: (atLeast: number) => Promise<void>
}

/** Tells media nodes what a plan says. Rejects when a node did not take it; the next plan says whether it still holds. */
export interface OrderSender {
  order(meeting: MeetingRef, order: PlannedOrder, signal: AbortSignal): Promise<void>
  close(meeting: MeetingRef, close: PlannedClose, signal: AbortSignal): Promise<void>
}

/** Refusals by a fence: another leader has given a later order, one of our epoch, or another body under the same pair. */
const fencing = new Set(['stale_order', 'epoch_shared', 'order_conflict'])

/** Makes the sender. What a node answers goes into the ledger as if its load stream had said it. */
export function createOrderSender(options: OrderSenderOptions): OrderSender {
  const { agents, ledger, signer, clock, log, metrics, identity: holder } = options

  async function signed(meeting: MeetingRef, { node, fence, body }: PlannedOrder): Promise<SegmentOrder> {
    const peers = await Promise.all(
      body.peers.map(async (peer) => ({
        ...peer,
        token: await signer.peerToken({ from: node, to: peer.node, meeting }),
      })),
    )
    const { role, region, limits, adopts } = body
    return { ...fence, holder, role, region, limits, peers, ...(adopts === undefined ? {} : { adopts }) }
  }

  /**
   * A refusal by a fence: learn what the node has; unless it is only a later order of ours, rise above whoever was here.
   */
  async function refused(
    meeting: MeetingRef,
    told: { node: string; url: string; epoch: number; generation: number; code: string },
    signal: AbortSignal,
  ): Promise<void> {
    const segment = ledger.meetings.get(`${meeting.namespace}/${meeting.name}`)?.segments.get(told.node)
    if (segment !== undefined) segment.ordered = undefined // The next plan makes a new generation.
    const report = await agents.at(told.node, told.url).client.getSegment(meeting, signal)
    if (report !== undefined) ledger.meetings.report(told.node, report, clock.monotonicMs())
    if (told.code === 'stale_order' && report?.epoch === told.epoch && report.generation > told.generation) return
    const beyond = ledger.refusedForEpoch(told.node, told.epoch, clock.monotonicMs())
    if (beyond !== undefined)
      await options.fencedOut(beyond + Math.max(countedOn(report?.epoch), told.epoch, ledger.nodes.highestEpoch()))
  }

  async function guarded(
    what: { meeting: MeetingRef; node: string; url: string; epoch: number; generation: number; method: string },
    signal: AbortSignal,
    call: () => Promise<void>,
  ): Promise<void> {
    const { meeting, node, url, epoch, generation, method } = what
    const fields = {
      namespace: meeting.namespace,
      meeting: meeting.name,
      incarnation: meeting.incarnation,
      node,
      epoch,
      generation,
    }
    try {
      await agents.at(node, url).calls.run(call)
      metrics.orders.inc({ method, result: 'taken' })
      log.debug({ ...fields, method }, 'order taken')
    } catch (thrown) {
      const code = thrown instanceof CodedError ? thrown.code : 'internal'
      const isFenced = fencing.has(code)
      metrics.orders.inc({ method, result: isFenced ? 'fenced' : 'failed' })
      log.warn({ ...fields, method, code, err: thrown }, 'order not taken')
      if (isFenced) await refused(meeting, { ...what, code }, signal)
      throw thrown
    }
  }

  return {
    async order(meeting, planned, signal) {
      const { node, url, fence, digest } = planned
      const entry = ledger.meetings.get(`${meeting.namespace}/${meeting.name}`)
      const segment = entry?.segments.get(node)
      if (entry === undefined || segment === undefined || entry.incarnation !== meeting.incarnation) return
      entry.generation = Math.max(entry.generation, fence.generation)
      entry.given = fence
      if (
        segment.ordered?.digest !== digest ||
        segment.ordered.fence.generation !== fence.generation ||
        segment.ordered.fence.epoch !== fence.epoch
      ) {
        const { role, limits } = planned.body
        const nowMs = clock.monotonicMs()
        segment.ordered = { fence, role, digest, places: limits.places, madeAtMs: nowMs, sentAtMs: nowMs }
      }
      segment.ordered.sentAtMs = clock.monotonicMs()
      segment.places.ordered(fence, planned.body.limits.places)
      const put = guarded({ meeting, node, url, ...fence, method: 'put' }, signal, async () => {
        const report = await agents.at(node, url).client.putSegment(meeting, await signed(meeting, planned), signal)
        const why = contradictsOrder(fence, report)
        if (why !== undefined) throw ledger.disbelieve(node, why, clock.monotonicMs())
        ledger.meetings.report(node, report, clock.monotonicMs())
      })
      await put.catch((thrown: unknown) => {
        // An agent that does not know the word breaks nothing: what it has is closed as before there was adoption.
        const isUnknown = planned.body.adopts !== undefined && thrown instanceof CodedError && thrown.code === 'invalid'
        if (isUnknown) ledger.meetings.unadoptable(entry, node, clock.monotonicMs())
        throw thrown
      })
    },
    async close(meeting, { node, incarnation, fence, reason }, signal) {
      const url = ledger.nodes.get(node)?.url
      if (url === undefined) return
      const ref = { ...meeting, incarnation }
      await guarded({ meeting: ref, node, url, ...fence, method: 'delete' }, signal, async () => {
        await agents.at(node, url).client.deleteSegment(ref, { ...fence, holder, reason }, signal)
        ledger.meetings.closed(node, ref, clock.monotonicMs())
      })
    },
  }
}
