import type { Fence, SegmentOrder, SegmentRole } from '../../sfu/api/order.ts'
import { peerTokenLifetimeMs } from '../../sfu/api/tokens.ts'
import type { StepPlace } from '../cascade/step.ts'
import type { MeetingView, SegmentView } from '../view/meetingView.ts'
import { sharePlaces, type PlaceHolder } from './places.ts'
import { canBeTold, isEmptied } from './segments.ts'

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

/** How many people each segment may let in, by node; undefined where the meeting has no capacity. */
type Places = ReadonlyMap<string, number> | undefined

function bodies(view: MeetingView, step: Step, places: Places): ReadonlyMap<string, OrderBody> {
  const byNode = new Map([...view.segments, ...view.unheardSegments].map((segment) => [segment.node, segment]))
  const limits = (node: string): OrderBody['limits'] => ({
    maxParticipants: capacityOf(view) ?? unlimited,
    ...(places === undefined ? {} : { places: places.get(node) ?? 0 }),
  })
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
        limits: limits(node),
        ...ofAlias(byNode.get(node)),
      },
    ]),
  )
}

const capacityOf = ({ object }: MeetingView): number | undefined => object?.spec.capacity?.maxParticipants

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

/** What a segment was told to let in: by the last order, else by its own word; one that counts by itself may let in all. */
function toldPlaces({ ordered, heldPlaces }: SegmentView, capacity: number): number {
  return Math.min(ordered?.places ?? (ordered === undefined ? heldPlaces : capacity), capacity)
}

const holderOf = (segment: SegmentView, { step, capacity }: { step: Step; capacity: number }): PlaceHolder => ({
  node: segment.node,
  seats: segment.seats,
  told: toldPlaces(segment, capacity),
  atMost: segment.heldPlaces,
  open: step.has(segment.node) && canBeTold(segment) && !isEmptied(segment),
})

/** Whether a segment has, or may have, some of the places: not one that was never told of any. */
const mayHold = ({ report, heldPlaces }: SegmentView): boolean => report !== undefined || heldPlaces > 0

/**
 * Those that must answer before any other gets more: who has not taken their order, by which they know of all others and give up what they
 * have too much of; and who does not follow this term yet, of whom an earlier leader may know better. By that a later leader finds, at any one
 * of them, whoever has got some; and an earlier one, whom they do not follow any more, gives none.
 */
function awaited(view: MeetingView, orders: readonly PlannedOrder[]): ReadonlySet<string> {
  const behind = view.segments.filter((segment) => mayHold(segment) && segment.report?.epoch !== view.epoch)
  return new Set([...orders, ...behind].map(({ node }) => node))
}

/** The orders that are due where places are shared out: segments that give up some first, and those that get them once all have said so. */
function planShared(view: MeetingView, step: Step, capacity: number): readonly PlannedOrder[] {
  const shares = sharePlaces(
    capacity,
    view.segments.map((segment) => holderOf(segment, { step, capacity })),
  )
  const orders = ordersFor(view, step, shares.keeps)
  if (view.placesUnknown.length > 0) return orders
  const waitsFor = awaited(view, orders)
  const isNext = (node: string): boolean => [...waitsFor].every((other) => other === node)
  const next = [...shares.keeps].map(([node, kept]) => [node, isNext(node) ? (shares.gets.get(node) ?? kept) : kept] as const)
  return ordersFor(view, step, new Map(next))
}

/**
 * The orders that are due: those whose content changed, under one new generation, and those that the node has not taken. A node that
 * is silent gets its order when it is heard again.
 */
export function planOrders(view: MeetingView, step: Step): readonly PlannedOrder[] {
  const capacity = capacityOf(view)
  return capacity === undefined ? ordersFor(view, step, undefined) : planShared(view, step, capacity)
}

function ordersFor(view: MeetingView, step: Step, places: Places): readonly PlannedOrder[] {
  const next: Fence = { epoch: view.epoch, generation: view.generation + 1 }
  const wanted = bodies(view, step, places)
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
