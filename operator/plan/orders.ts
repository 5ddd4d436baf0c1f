import type { Fence, SegmentOrder, SegmentRole } from '../../sfu/api/order.ts'
import { peerTokenLifetimeMs } from '../../sfu/api/tokens.ts'
import type { StepPlace } from '../cascade/step.ts'
import type { MeetingView, SegmentView } from '../view/meetingView.ts'
import { canBeTold } from './segments.ts'

/** What an order says, but for its fence and the peers' tokens. */
export interface OrderBody {
  readonly role: SegmentRole
  readonly region: string
  readonly peers: readonly {
    readonly node: string
    readonly url: string
    readonly role: SegmentRole
    readonly leaving?: boolean
  }[]
  readonly limits: SegmentOrder['limits']
  /** The incarnation under which the node has it until then. */
  readonly adopts?: string
}

/** An order that a node has not taken yet. */
export interface PlannedOrder {
  readonly node: string
  readonly url: string
  readonly fence: Fence
  readonly body: OrderBody
  /** The body as one string: the same as long as nothing changes. */
  readonly digest: string
}

/** A meeting without a capacity is bounded by its nodes only. */
const unlimited = 100_000
/** Peer tokens are made anew when half their life is over. */
const renewAfterMs = peerTokenLifetimeMs / 2

/** What each segment is told that has a place in this step. */
type Step = ReadonlyMap<string, StepPlace>

function bodies(view: MeetingView, step: Step): ReadonlyMap<string, OrderBody> {
  const byNode = new Map([...view.segments, ...view.unheardSegments].map((segment) => [segment.node, segment]))
  const limits = { maxParticipants: view.object?.spec.capacity?.maxParticipants ?? unlimited }
  return new Map(
    [...step].map(([node, { role, peers }]) => [
      node,
      {
        role,
        region: byNode.get(node)?.region ?? '',
        peers: peers.map(({ node: peer, leaving }) => ({
          node: peer,
          url: byNode.get(peer)?.url ?? '',
          role: step.get(peer)?.role ?? 'core',
          ...(leaving ? { leaving } : {}),
        })),
        limits,
        ...ofAlias(byNode.get(node)),
      },
    ]),
  )
}

/** Whether the last order still says what it should. */
function holds(view: MeetingView, segment: SegmentView, digest: string): boolean {
  const { ordered } = segment
  return ordered?.fence.epoch === view.epoch && ordered.digest === digest && view.nowMs - ordered.madeAtMs < renewAfterMs
}

const ofAlias = (segment: SegmentView | undefined): Pick<OrderBody, 'adopts'> =>
  segment?.adopts === undefined ? {} : { adopts: segment.adopts }

function isTaken({ report, adopts }: SegmentView, fence: Fence): boolean {
  return adopts === undefined && report?.epoch === fence.epoch && report.generation === fence.generation
}

/**
 * The orders that are due: those whose content changed, under one new generation, and those that the node has not taken. A node that
 * is silent gets its order when it is heard again.
 */
export function planOrders(view: MeetingView, step: Step): readonly PlannedOrder[] {
  const next: Fence = { epoch: view.epoch, generation: view.generation + 1 }
  const wanted = bodies(view, step)
  const orders: PlannedOrder[] = []
  for (const segment of view.segments) {
    const body = wanted.get(segment.node)
    if (body === undefined || !canBeTold(segment)) continue
    const digest = JSON.stringify(body)
    const fence = holds(view, segment, digest) ? (segment.ordered?.fence ?? next) : next
    if (!isTaken(segment, fence)) orders.push({ node: segment.node, url: segment.url, fence, body, digest })
  }
  return orders
}
