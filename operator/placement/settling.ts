import type { MeetingEntry, Segment } from '../ledger/meetings/meetingEntry.ts'
import { nodeStateOf } from '../ledger/nodes/nodeState.ts'
import type { Decision, PlacementView, Wish } from './view.ts'

/** The leader that counts: its epoch, and since when (monotonic) it places. */
export interface Term {
  readonly epoch: number
  readonly sinceMs: number
}

/** What {@link settling} looks at beside the view. */
export interface Settling {
  readonly term: Term
  readonly grantsLiveMs: number
  /** Nodes that may have some of the meeting's places and were not heard. */
  readonly unheard: (meeting: MeetingEntry) => readonly string[]
}

type TryAfter = Extract<Decision, { result: 'tryAfter' }>

const later = (reason: string): TryAfter => ({ result: 'tryAfter', code: 'meeting_settling', reason })

/**
 * Whether a meeting with a capacity takes nobody new for a moment: one of its media nodes follows an earlier leader still, whose unused grants
 * this one does not know. Once the node has taken an order of this term it refuses those grants, and what is reported is all there is. A
 * node that cannot be told is waited for until the last of them has expired.
 */
export function settling(view: PlacementView, wish: Wish, { term, grantsLiveMs, unheard }: Settling): TryAfter | undefined {
  const { meeting, nowMs } = view
  if (meeting === undefined || !needsPlace(meeting, wish)) return undefined
  const node = nowMs - term.sinceMs > grantsLiveMs ? undefined : followerOfAnother(meeting, term.epoch)
  if (node !== undefined)
    return later(`${node} has not heard of this operator yet, and what an earlier one promised there is not known`)
  return withoutQuiet(view, meeting, { epoch: term.epoch, unheard: unheard(meeting) })
}

/** Whether a node that hosts it cannot be told anything now: it keeps its part of the places. */
function isQuiet(view: PlacementView, segment: Segment): boolean {
  const host = view.hostOf(segment)
  return host !== undefined && nodeStateOf(host, view.nowMs).state === 'silent'
}

/**
 * Whether all places are taken but those that nodes have which are silent, or were not heard yet: they may be taken too. While one of these may
 * follow another leader, the others have what they have; else they may get all that it has not.
 */
function withoutQuiet(
  view: PlacementView,
  meeting: MeetingEntry,
  { epoch, unheard }: { epoch: number; unheard: readonly string[] },
): TryAfter | undefined {
  const capacity = meeting.capacity ?? Infinity
  const segments = [...meeting.segments.values()]
  const quiet = segments.filter((segment) => isQuiet(view, segment))
  const names = [...unheard, ...quiet.map(({ node }) => node)]
  if (names.length === 0) return undefined
  const held = (of: readonly Segment[]): number => of.reduce((sum, { places }) => sum + Math.min(places.atMost, capacity), 0)
  const heard = segments.filter((segment) => !quiet.includes(segment))
  const isKnown = unheard.length === 0 && quiet.every(({ report }) => report?.epoch === epoch)
  const room = isKnown ? capacity - held(quiet) : held(heard)
  const seats = meeting.people.seatsByNode()
  const taken = heard.reduce((sum, { node }) => sum + (seats.get(node) ?? 0), 0)
  if (taken < room) return undefined
  return later(`the places that are left may be taken on ${names.join(', ')}, of which nothing is heard now`)
}

const needsPlace = ({ capacity, people }: MeetingEntry, { participant, rights }: Wish): boolean =>
  capacity !== undefined && !rights.hidden && !people.has(participant)

/** A node whose segment follows an earlier term. Epoch 0 is a segment that no order has reached: it lets nobody in before one has. */
function followerOfAnother({ segments }: MeetingEntry, epoch: number): string | undefined {
  for (const { node, report } of segments.values()) {
    const follows = report?.epoch ?? 0
    if (follows !== 0 && follows < epoch) return node
  }
  return undefined
}
