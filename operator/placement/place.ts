import type { MediaNodePool } from '../../crds/index.ts'
import { whatIsToCome } from '../ledger/expected.ts'
import type { MeetingEntry, Segment } from '../ledger/meetings/meetingEntry.ts'
import type { NodeEntry } from '../ledger/nodes/nodeEntry.ts'
import { acceptLimit, joinLimit, loadFor, whyNot } from './filters.ts'
import type { AvoidedNode } from '../ledger/people/avoided.ts'
import { keptFromInWords, keptOff, takenAgain } from './keptFrom.ts'
import { excludedOf, nowhere, passedOverInWords, type PassedOver } from './nowhere.ts'
import { poolsFor } from './pools.ts'
import { certainRegion, rankRegions, type RankedRegion, type RegionChoice } from './regions.ts'
import { refusalOf } from './rules.ts'
import { maySpread } from './spread.ts'
import { edgeVersionOf, standing } from './standing.ts'
import { isIn, zoneLooksAtMost, zonesOf, zoneWorthLoad } from './zones.ts'
import type { Decision, PlacementView, Wish } from './view.ts'

type Placed = Extract<Decision, { result: 'placed' }>

interface Seat {
  readonly node: NodeEntry
  readonly segment: Segment
  readonly load: number
}

/** A segment of the meeting in the region that takes one more; undefined where it does not. */
function seatAt(view: PlacementView, segment: Segment, at: { region: string; wish: Wish }): Seat | undefined {
  if (segment.closing || view.regionOf(segment) !== at.region) return undefined
  const node = view.hostOf(segment)
  if (node === undefined) return undefined
  if (whyNot({ node, segment, wish: at.wish, nowMs: view.nowMs, edgeVersion: undefined }) !== undefined) return undefined
  return { node, segment, load: loadFor({ node, segment, nowMs: view.nowMs }) }
}

const lighterSeat = (a: Seat, b: Seat): boolean => a.load < b.load || (a.load === b.load && a.node.name < b.node.name)

/** The least loaded segment of the meeting in the region that takes one more. */
function joinThere(view: PlacementView, { region, reasons }: RegionChoice, wish: Wish): Placed | undefined {
  const meeting = standing(view)
  if (meeting === undefined) return undefined
  let best: Seat | undefined
  for (const segment of meeting.segments.values()) {
    const seat = seatAt(view, segment, { region, wish })
    if (seat !== undefined && (best === undefined || lighterSeat(seat, best))) best = seat
  }
  if (best === undefined) return undefined
  const { node, segment, load } = best
  const reason = reasons.hosts.at(load)
  return { result: 'placed', node, region, segment, reason, why: reason }
}

/** A new segment that is looked for. */
interface NewSegment {
  readonly wish: Wish
  /** Those of the region in which the meeting stands. */
  readonly zones: ReadonlySet<string>
  /** That its node has to have; undefined where any will do. */
  readonly edgeVersion: number | undefined
}

/** Whether a node of the meeting's pools takes a new segment of it. */
function takesNew(view: PlacementView, node: NodeEntry, { wish, edgeVersion }: NewSegment): boolean {
  const there = standing(view)?.segments.get(node.name)
  if (there !== undefined && !there.closing) return false
  return whyNot({ node, segment: undefined, wish, nowMs: view.nowMs, edgeVersion }) === undefined
}

/** Whether the node has room for all who are expected, of which a pool that packs takes care; elsewhere the least loaded one has the most. */
function hasRoomFor(meeting: MeetingEntry | undefined, node: NodeEntry): boolean {
  return !node.packs || meeting === undefined || node.newSegmentLoadWith(whatIsToCome(meeting, node)) <= joinLimit
}

/** The first node of one pool, in its order, that takes a new segment of the meeting: mostly the very first. */
function firstTaking(view: PlacementView, pool: string, wanted: NewSegment): NodeEntry | undefined {
  const open = view.open(pool, wanted.edgeVersion)
  const meeting = standing(view)
  const first = open.first()
  if (first === undefined || first.newSegmentLoad >= acceptLimit) return undefined
  if (hasRoomFor(meeting, first) && takesNew(view, first, wanted)) return first
  let last: NodeEntry | undefined
  for (const node of open.inOrder()) {
    if (node.newSegmentLoad >= acceptLimit) break
    if (!takesNew(view, node, wanted)) continue
    if (hasRoomFor(meeting, node)) return node
    last = node
  }
  return last
}

/** A node in a zone of the meeting instead of `first`: of the next in the order of its pool, one that is hardly more loaded. */
function besideMeeting(view: PlacementView, { pool, first }: { pool: string; first: NodeEntry }, wanted: NewSegment): NodeEntry {
  const { zones, edgeVersion } = wanted
  if (zones.size === 0 || isIn(zones, first)) return first
  let looks = 0
  for (const node of view.open(pool, edgeVersion).inOrder()) {
    looks += 1
    const load = node.newSegmentLoad
    if (looks > zoneLooksAtMost || load >= acceptLimit) break
    if (!isIn(zones, node) || Math.abs(load - first.newSegmentLoad) > zoneWorthLoad) continue
    if (hasRoomFor(standing(view), node) && takesNew(view, node, wanted)) return node
  }
  return first
}

const lighter = (a: NodeEntry, b: NodeEntry): boolean => {
  const difference = a.newSegmentLoad - b.newSegmentLoad
  return difference < 0 || (difference === 0 && a.name < b.name)
}

/** Which of two nodes of two pools: the less loaded, unless the other stands in a zone of the meeting and is hardly more loaded. */
function better(a: NodeEntry, b: NodeEntry, zones: ReadonlySet<string>): boolean {
  if (isIn(zones, a) === isIn(zones, b)) return lighter(a, b)
  const worth = (node: NodeEntry): number => node.newSegmentLoad - (isIn(zones, node) ? zoneWorthLoad : 0)
  return worth(a) < worth(b)
}

/** How many of the region's nodes were not looked at; asked of every join, of which few exclude any. */
const excludedThere = (view: PlacementView, there: RegionChoice, wish: Wish): number =>
  wish.excludeNodes === undefined ? 0 : excludedOf(view, [there], wish)

/** The node of the region for a new segment. */
function openThere(view: PlacementView, there: RegionChoice, wish: Wish): Placed | undefined {
  const { region, pools, reasons } = there
  if (!maySpread(view)) return undefined
  const edgeVersion = edgeVersionOf(view)
  const zones = zonesOf(view, region)
  const wanted = { wish, edgeVersion, zones }
  let node: NodeEntry | undefined
  let count = 0
  for (const pool of pools) {
    const { name } = pool.metadata
    count += view.open(name, edgeVersion).size
    const first = firstTaking(view, name, wanted)
    const candidate = first === undefined ? undefined : besideMeeting(view, { pool: name, first }, wanted)
    if (candidate !== undefined && (node === undefined || better(candidate, node, zones))) node = candidate
  }
  if (node === undefined) return undefined
  const zone = isIn(zones, node) ? node.zone : undefined
  const reason = reasons.opens(Math.max(1, count - excludedThere(view, there, wish)), node, zone).at(node.newSegmentLoad)
  return { result: 'placed', node, region, segment: undefined, reason, why: reason }
}

const placeIn = (view: PlacementView, there: RegionChoice, wish: Wish): Placed | undefined =>
  joinThere(view, there, wish) ?? openThere(view, there, wish)

/** What the client measured to the region, which made it the first choice. */
function awayInWords({ region, hosts, weighedRttMs }: RankedRegion, { rttsMs }: Wish): string {
  const rttMs = rttsMs?.[region]
  if (rttMs === undefined) return ''
  return `; ${Math.round(rttMs)} ms away${hosts ? `, which count as ${Math.round(weighedRttMs)}` : ''}`
}

/** That the region which the client names is none of the meeting's, where that sent them elsewhere; not its name, which is a client's word. */
function namedInWords(pools: readonly MediaNodePool[], { region }: Wish, placed: Placed): string {
  const isNone = region !== undefined && region !== placed.region && !pools.some(({ spec }) => spec.region === region)
  return isNone ? '; none of its pools stands in the region that the client names' : ''
}

/** Better regions were passed over: why, as this participant is told, and as everybody is. */
function afterOthers(placed: Placed, passedOver: PassedOver): Placed {
  const why = passedOver.ofAll === '' ? placed.why : `${passedOver.ofAll}; ${placed.why}`
  return { ...placed, reason: `${passedOver.ofThem}; ${placed.reason}`, why }
}

/** The regions that need weighing, nearest first, after the one that did not and has no room. */
function placeElsewhere(
  view: PlacementView,
  pools: readonly MediaNodePool[],
  { wish, certain }: { wish: Wish; certain: RegionChoice | undefined },
): Decision {
  const passedOver = certain === undefined ? [] : [certain]
  for (const there of rankRegions(view, pools, { wish, certain })) {
    const placed = placeIn(view, there, wish)
    if (placed === undefined) passedOver.push(there)
    else if (passedOver.length === 0)
      return wish.rttsMs === undefined ? placed : { ...placed, reason: placed.reason + awayInWords(there, wish) }
    else return afterOthers(placed, passedOverInWords(view, passedOver, wish))
  }
  return nowhere(view, passedOver, wish)
}

function decide(view: PlacementView, wish: Wish): Decision {
  const meeting = standing(view)
  const refusal = meeting === undefined ? undefined : refusalOf(meeting, wish, view)
  if (refusal !== undefined) return { result: 'refused', ...refusal }
  const choice = poolsFor(view, wish)
  if ('code' in choice) return { result: 'refused', ...choice }
  const certain = certainRegion(choice.pools, wish)
  const placed = certain === undefined ? undefined : placeIn(view, certain, wish)
  const decision = placed ?? placeElsewhere(view, choice.pools, { wish, certain })
  const named = decision.result === 'placed' ? namedInWords(choice.pools, wish, decision) : ''
  return named === '' ? decision : { ...decision, reason: decision.reason + named }
}

const adding = (placed: Placed, words: string): Placed => ({ ...placed, reason: `${placed.reason}; ${words}` })

/** Away from the media nodes that they are to be kept from, if another takes them; told where it makes a difference. */
function placeAway(view: PlacementView, wish: Wish, avoided: readonly AvoidedNode[]): Decision {
  const { excludeNodes = [] } = wish
  const keptFrom = keptFromInWords(avoided.filter(({ node }) => !excludeNodes.includes(node)))
  const away = decide(view, { ...wish, excludeNodes: [...excludeNodes, ...avoided.map(({ node }) => node)], keptFrom })
  const anyway = decide(view, wish)
  const there = anyway.result === 'placed' ? anyway : undefined
  const since = avoided.find(({ node }) => node === there?.node.name)?.since
  if (there === undefined || since === undefined) return away.result === 'placed' ? away : anyway
  if (away.result !== 'placed') return adding(there, takenAgain[since])
  // Another region says why theirs was passed over.
  return away.region === there.region ? adding(away, `not on ${there.node.name}, ${keptOff[since]}`) : away
}

/**
 * Decides where one participant goes: the rules of the meeting first, then region by region, nearest first: a segment of the meeting
 * that has room, else the least loaded node. Media nodes that failed them lately, or that they were moved from, come last. Costs O(log N) in nodes, or O(segments) where
 * the meeting stands already.
 */
export function place(view: PlacementView, wish: Wish): Decision {
  const avoided = view.meeting?.avoidedBy(wish.participant, view.nowMs) ?? []
  return avoided.length === 0 ? decide(view, wish) : placeAway(view, wish, avoided)
}
