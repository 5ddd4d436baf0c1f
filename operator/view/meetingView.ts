import type { Meeting, MeetingSegment } from '../../crds/index.ts'
import type { SegmentReport } from '../../sfu/api/order.ts'
import { pipeBudget } from '../cascade/budget.ts'
import type { PipeBudget } from '../cascade/member.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { LoggedMove } from '../ledger/meetings/moveLog.ts'
import type { MeetingEntry, Ordered, Segment } from '../ledger/meetings/meetingEntry.ts'
import { turnedAwayLately, type TurnedAway } from '../ledger/meetings/turnedAway.ts'
import type { NodeEntry } from '../ledger/nodes/nodeEntry.ts'
import { nodeStateOf, type NodeState } from '../ledger/nodes/nodeState.ts'
import { poolMistakes, type PoolMistakes } from '../placement/poolMistakes.ts'
import { unheardHolders, unheardParts } from './unheard.ts'

/** A part of the meeting as its planner sees it. Times are monotonic milliseconds but for `createdAtMs`. */
export interface SegmentView {
  readonly node: string
  readonly url: string
  readonly region: string
  /** Of its media node; undefined where it is not known. */
  readonly zone: string | undefined
  readonly nodeState: NodeState
  readonly why: string
  /** Wall clock: of the node once it told, until then of the operator. */
  readonly createdAtMs: number
  /** Since when nobody is there and nobody can come: nobody holds a grant for it, or its node drains and is empty by its own word. */
  readonly emptySinceMs: number | undefined
  readonly report: SegmentReport | undefined
  /** The incarnation under which the node has it, where that is not the meeting's: it is to be adopted. */
  readonly adopts: string | undefined
  readonly ordered: Ordered | undefined
  /** Its node was heard since the last order was sent, for long enough to have told if it had taken that. */
  readonly answersSince: boolean
  /** Seats taken there, where the meeting has a capacity; who is on the way from there to another node counts where they go. */
  readonly seats: number
  /** How many people it may be letting in at most; Infinity where it counts by itself. */
  readonly heldPlaces: number
  /** How many pipes of the meeting its node can carry; undefined where its load is unknown. */
  readonly pipes: PipeBudget | undefined
}

/** A segment of another incarnation that a node still hosts. */
export interface StrayView {
  readonly node: string
  readonly nodeState: NodeState
  readonly report: SegmentReport
  /** Since when it is taken for left over; monotonic milliseconds. */
  readonly sinceMs: number
  /** Its incarnation has ended; else it is the loser of two that were minted at once. */
  readonly retired: boolean
}

/** Everything that a plan for one meeting depends on, frozen. */
export interface MeetingView extends PoolMistakes {
  readonly namespace: string
  readonly name: string
  readonly object: Meeting | undefined
  readonly incarnation: string | undefined
  readonly adHoc: MeetingEntry['adHoc']
  readonly ended: { readonly why: string; readonly atMs?: number } | undefined
  /** When, by the wall clock, status says that it ended. */
  readonly endedToldAtWallMs: number | undefined
  /** Since when this replica leads and knows enough to say what is left over; undefined where it does not. Monotonic milliseconds. */
  readonly sureSinceMs: number | undefined
  /** The epoch of the leader who plans. */
  readonly epoch: number
  readonly generation: number
  readonly segments: readonly SegmentView[]
  readonly strays: readonly StrayView[]
  /** Parts that status tells of on nodes that this operator has not heard yet: unknown is not zero. */
  readonly unheard: readonly MeetingSegment[]
  /** The same as segments that cannot be told anything and keep their people and pipes. */
  readonly unheardSegments: readonly SegmentView[]
  /** Nodes that may host parts of it which this operator has not heard, and have some of its places. */
  readonly placesUnknown: readonly string[]
  /** Seats taken, by grant or by presence. */
  readonly people: number
  readonly emptySinceMs: number | undefined
  /** Tries to join that were turned away since somebody was let in; undefined where nobody tries. */
  readonly turnedAway: TurnedAway | undefined
  /** Who changed media nodes lately, newest first, as this operator saw it. */
  readonly lastMoves: readonly LoggedMove[]
  /** When the next unused grant frees its seat. */
  readonly nextExpiryMs: number | undefined
  /** An ad hoc object of an earlier incarnation that is to go. */
  readonly discardedUid: string | undefined
  readonly nowMs: number
  readonly wallMs: number
}

interface At {
  readonly nowMs: number
  readonly wallMs: number
}

/** A node whose address refuses connections counts as silent before it has been so for long: whatever it is told is lost. */
function stateOf(ledger: Ledger, name: string, nowMs: number): NodeState {
  const node = ledger.nodes.get(name)
  if (node === undefined) return 'lost'
  const { state } = nodeStateOf(node, nowMs)
  const { refusedAtMs = -Infinity, heardAtMs = Infinity } = node
  return refusedAtMs > heardAtMs && state !== 'lost' && state !== 'wrong' ? 'silent' : state
}

function pipesOf(node: NodeEntry | undefined, { report }: Segment, publishers: number): PipeBudget | undefined {
  const load = node?.load
  if (node?.introduction === undefined || load === undefined) return undefined
  const ownPipes = report?.peers.filter(({ up }) => up).length ?? 0
  return pipeBudget({ capacity: node.introduction.capacity, load, ownPipes }, publishers)
}

function publishersOf({ segments }: MeetingEntry): number {
  let publishers = 0
  for (const { report } of segments.values())
    for (const { publishing } of report?.participants ?? []) if (publishing) publishers += 1
  return publishers
}

/** A node tells of each order that it takes at once: so long after one that line has come, before any later one. */
const tellsWithinMs = 1_000

const answersSince = (node: NodeEntry | undefined, { ordered }: Segment): boolean =>
  ordered !== undefined && (node?.heardAtMs ?? -Infinity) - ordered.sentAtMs > tellsWithinMs

/** A node that drains and that nobody is on lets nobody in: a grant for it fills none of its segments. */
const emptySince = (node: NodeEntry | undefined, { emptySinceMs, report }: Segment): number | undefined =>
  emptySinceMs ?? (report === undefined ? undefined : node?.vacantSinceMs)

function viewSegment(
  ledger: Ledger,
  segment: Segment,
  of: At & { publishers: number; incarnation: string | undefined; seats: number },
): SegmentView {
  const { nowMs, wallMs, publishers, incarnation, seats } = of
  const node = ledger.nodes.get(segment.node)
  const reported = segment.report?.meeting.incarnation
  return {
    node: segment.node,
    url: node?.url ?? '',
    region: node?.region ?? 'unknown',
    zone: node?.zone,
    nodeState: stateOf(ledger, segment.node, nowMs),
    why: segment.why,
    createdAtMs: segment.report?.createdAtMs ?? wallMs - (nowMs - segment.openedAtMs),
    emptySinceMs: emptySince(node, segment),
    report: segment.report,
    adopts: reported === incarnation ? undefined : reported,
    ordered: segment.ordered,
    answersSince: answersSince(node, segment),
    seats,
    heldPlaces: segment.places.atMost,
    pipes: pipesOf(node, segment, publishers),
  }
}

function endedToldAt(object: Meeting | undefined): number | undefined {
  const ready = object?.status?.phase === 'Ended' ? object.status.conditions?.find(({ type }) => type === 'Ready') : undefined
  return ready === undefined ? undefined : Date.parse(ready.lastTransitionTime)
}

/**
 * A part that was not heard yet, as its peers and status tell of it: who is there hears the others through pipes that are up, and goes on
 * to.
 */
function viewUnheard(
  ledger: Ledger,
  entry: MeetingEntry,
  { part, wallMs }: { part: MeetingSegment; wallMs: number },
): SegmentView {
  const { node, region, role, why, generation, fallback } = part
  const peers = [...entry.segments.values()].flatMap(({ node: peer, report }) =>
    report?.peers.some((each) => each.node === node && each.up) === true ? [{ node: peer, role: report.role, up: true }] : [],
  )
  const meeting = { namespace: entry.namespace, name: entry.name, incarnation: entry.incarnation ?? '' }
  return {
    ...{ node, region, why, emptySinceMs: undefined, ordered: undefined, pipes: undefined, adopts: undefined },
    ...{ seats: 0, heldPlaces: 0, answersSince: false },
    zone: ledger.nodes.get(node)?.zone,
    url: ledger.nodes.get(node)?.url ?? '',
    nodeState: 'pending',
    createdAtMs: wallMs,
    report: { meeting, epoch: 1, generation, role, fallback, worker: 0, participants: [], peers, createdAtMs: wallMs },
  }
}

/** Gathers what a plan for the meeting depends on; undefined where nothing is known of it. */
export function viewMeeting(
  ledger: Ledger,
  key: string,
  at: At & { readonly epoch: number; readonly sureSinceMs?: number | undefined },
): MeetingView | undefined {
  const entry = ledger.meetings.get(key)
  if (entry === undefined) return undefined
  const publishers = publishersOf(entry)
  const unheard = unheardParts(ledger, entry, at.nowMs)
  const seats = entry.capacity === undefined ? undefined : entry.people.seatsByNode()
  return Object.freeze({
    namespace: entry.namespace,
    name: entry.name,
    object: entry.object,
    incarnation: entry.incarnation,
    adHoc: entry.adHoc,
    ended: entry.ended,
    endedToldAtWallMs: endedToldAt(entry.object),
    ...poolMistakes(ledger.nodes.pools(), entry.object),
    sureSinceMs: at.sureSinceMs,
    epoch: at.epoch,
    generation: entry.generation,
    segments: [...entry.segments.values()].map((segment) =>
      viewSegment(ledger, segment, {
        ...{ nowMs: at.nowMs, wallMs: at.wallMs, publishers },
        incarnation: entry.incarnation,
        seats: seats?.get(segment.node) ?? 0,
      }),
    ),
    strays: [...entry.strays.values()].map(({ node, report, sinceMs = at.nowMs }) => ({
      node,
      sinceMs,
      nodeState: stateOf(ledger, node, at.nowMs),
      report,
      retired: entry.ended !== undefined || entry.isRetired(report.meeting.incarnation),
    })),
    unheard,
    unheardSegments: unheard.map((part) => viewUnheard(ledger, entry, { part, wallMs: at.wallMs })),
    placesUnknown: entry.capacity === undefined ? [] : unheardHolders(ledger, entry, at.nowMs),
    people: entry.people.seats,
    emptySinceMs: entry.emptySinceMs,
    turnedAway: turnedAwayLately(entry.turnedAway, at.nowMs),
    lastMoves: entry.lastMoves,
    nextExpiryMs: entry.people.nextExpiryMs(),
    discardedUid: entry.discardedUid,
    nowMs: at.nowMs,
    wallMs: at.wallMs,
  })
}
