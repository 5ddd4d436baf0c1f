import type { Meeting } from '../../../crds/index.ts'
import type { Fence, SegmentReport, SegmentRole } from '../../../sfu/api/order.ts'
import { Avoided, type AvoidedNode } from '../people/avoided.ts'
import type { Cost } from '../load/cost.ts'
import { MoveLog, type LoggedMove } from './moveLog.ts'
import type { Hosted } from '../nodes/nodeEntry.ts'
import type { HeldPlaces } from './heldPlaces.ts'
import { People } from '../people/people.ts'
import type { PipesDown } from './pipesDown.ts'
import type { Need } from '../pools/poolNeeds.ts'
import type { Crowd, Placement } from '../people/stay.ts'
import type { Trace } from '../people/traces.ts'
import type { TurnedAway } from './turnedAway.ts'

/** The last order for a segment that was made: it is the same until what it says changes. */
export interface Ordered {
  readonly fence: Fence
  readonly role: SegmentRole
  /** What the order says, without its tokens. */
  readonly digest: string
  /** How many people it lets the segment let in; undefined where the meeting has no capacity. */
  readonly places: number | undefined
  readonly madeAtMs: number
  /** When it was sent last; an order that is not answered is sent again as it is. */
  sentAtMs: number
}

/** What is kept free on a media node for people of one meeting; for the meeting's own joins it does not count. */
export interface ToCome {
  readonly cost: Cost
  /** Of the node. */
  readonly worker: number | undefined
  readonly reservation: number
  readonly untilMs: number
}

/** A part of the meeting on one media node. Times are monotonic milliseconds. */
export interface Segment extends Hosted {
  /** The people there, by grant or by presence. */
  readonly crowd: Crowd
  /** Why this node, in one line. */
  readonly why: string
  readonly openedAtMs: number
  /** What the node said last; undefined until it does. */
  report: SegmentReport | undefined
  /** Which of its pipes that says to be down, and from when they count. */
  pipesDown: PipesDown
  /** Since when nobody is there and nobody holds a grant for it. */
  emptySinceMs: number | undefined
  ordered: Ordered | undefined
  /** Places of the meeting that it may be filling. */
  readonly places: HeldPlaces
  /** The node's worker that it will come to, as was expected when it was opened; undefined where the node was the first to tell of it. */
  readonly expectedWorker: number | undefined
  /** Screens that people there share now, and what was reserved when the last of them began. */
  screens: number
  screenReservation: number | undefined
  /** What is kept free on its node for people who are expected; undefined where nobody is. */
  toCome: ToCome | undefined
  /** It was decided to close it: it takes nobody new. */
  closing: boolean
}

/** Screens that are shared in the meeting now. */
export function screensOf({ segments }: Pick<MeetingEntry, 'segments'>): number {
  let screens = 0
  for (const segment of segments.values()) screens += segment.screens
  return screens
}

/** The worker that carries a segment, as far as it is known. */
export const workerOf = ({ report, expectedWorker }: Segment): number | undefined => report?.worker ?? expectedWorker

const recentAtMost = 20

/** A segment of another incarnation of the meeting that a node still reports. */
export interface Stray {
  readonly node: string
  readonly report: SegmentReport
  /** Since when it is one. */
  sinceMs?: number
}

const noMoves: readonly LoggedMove[] = []
const noStrays: ReadonlyMap<string, Stray> = new Map()
const strayKey = (node: string, incarnation: string): string => `${node} ${incarnation}`

/** Everything that is known of one meeting, by its name. Its incarnation, segments and people are those of the meeting that counts. */
export class MeetingEntry {
  readonly namespace: string
  readonly name: string
  readonly key: string
  object: Meeting | undefined
  /** What its object asks of pools. */
  need: Need | undefined = undefined
  incarnation: string | undefined
  /** Made by a join, in the account of this pool. */
  adHoc: { readonly pool: string; readonly sinceMs: number; readonly title?: string | undefined } | undefined
  /** Over, for good. `atMs` (monotonic) is known where it ended before the eyes of this process. */
  ended: { readonly why: string; readonly atMs?: number } | undefined
  /** The highest generation that any order of this incarnation had. */
  generation = 0
  /** The last fence of an order that this replica itself gave in this incarnation. */
  given: Fence | undefined = undefined
  segments = new Map<string, Segment>()
  people = new People()
  /** The latest placements, newest first. */
  recent: Placement[] = []
  emptySinceMs: number | undefined
  /** Tries to join that were turned away since somebody was let in. */
  turnedAway: TurnedAway | undefined = undefined
  /** The uid of an ad hoc object that is to go, since its meeting is over. */
  discardedUid: string | undefined
  /** Of every node that ever had a part in it, the latest first. */
  lastTrace: Trace<MeetingEntry> | undefined = undefined
  /** Most meetings never have any of these. */
  #strays: Map<string, Stray> | undefined
  #retired: Set<string> | undefined
  #unadoptable: Set<string> | undefined
  #avoided: Avoided | undefined
  #moves: MoveLog | undefined

  /** `over`: incarnations of a meeting of its name that is forgotten; it goes on as none of them. */
  constructor(namespace: string, name: string, over?: ReadonlySet<string>) {
    this.namespace = namespace
    this.name = name
    this.key = `${namespace}/${name}`
    this.#retired = over === undefined ? undefined : new Set(over)
  }

  /** What people call it, where that is not its name. */
  get title(): string | undefined {
    return this.object === undefined ? this.adHoc?.title : this.object.spec.title
  }

  /** How many people it takes; undefined where it says nothing of that. */
  get capacity(): number | undefined {
    return this.object?.spec.capacity?.maxParticipants
  }

  /** Takes what people call a meeting that a join made; the first word counts. */
  call(title: string): void {
    if (this.adHoc !== undefined && this.adHoc.title === undefined) this.adHoc = { ...this.adHoc, title }
  }

  /** Whether another may begin under its name: one that was made by a join and is over. */
  get mayBeginAgain(): boolean {
    return this.ended !== undefined && this.adHoc !== undefined
  }

  /** Segments of other incarnations that nodes still report, by node and incarnation. */
  get strays(): ReadonlyMap<string, Stray> {
    return this.#strays ?? noStrays
  }

  /** Whether that is news: one that is told again as it was known changes no plan, and would have it made again for nothing. */
  addStray(stray: Stray): boolean {
    this.#strays ??= new Map()
    const key = strayKey(stray.node, stray.report.meeting.incarnation)
    const before = this.#strays.get(key)
    this.#strays.set(key, { ...before, ...stray })
    return JSON.stringify(before?.report) !== JSON.stringify(stray.report)
  }

  /** From now on those count that were not noted before. */
  noteStrays(nowMs: number): void {
    for (const stray of this.strays.values()) stray.sinceMs ??= nowMs
  }

  removeStray(node: string, incarnation: string): void {
    this.#strays?.delete(strayKey(node, incarnation))
  }

  /** A node tells of its part of the meeting: what it adopted is no stray any more, and what it had there beside becomes one. */
  sortOut(node: string, { meeting, aliases = [] }: SegmentReport, before: SegmentReport | undefined): void {
    for (const alias of aliases) this.removeStray(node, alias)
    if (before === undefined || before.meeting.incarnation === meeting.incarnation) return
    if (!aliases.includes(before.meeting.incarnation)) this.addStray({ node, report: before })
  }

  /** The first incarnation after this one that nodes report and that is not over; one before it is left over. */
  nextIncarnation(): string | undefined {
    const incarnations = [...this.strays.values()].map(({ report }) => report.meeting.incarnation)
    const later = incarnations.filter((each) => each > (this.incarnation ?? '') && !this.isRetired(each))
    return later.toSorted()[0]
  }

  /** The highest incarnation that is known of, over or not. */
  latestIncarnation(): string | undefined {
    const known = [...(this.#retired ?? []), ...[...this.strays.values()].map(({ report }) => report.meeting.incarnation)]
    return known.toSorted().at(-1)
  }

  /** Whether an incarnation is over; what is left of it is closed. */
  isRetired(incarnation: string): boolean {
    return this.#retired?.has(incarnation) ?? false
  }

  /** Its incarnations that are over once the meeting itself is. */
  incarnations(): ReadonlySet<string> {
    return new Set([...(this.#retired ?? []), ...(this.incarnation === undefined ? [] : [this.incarnation])])
  }

  /** The agent of a node does not adopt what it has of this incarnation: it is closed instead. */
  noteUnadoptable(node: string, incarnation: string): void {
    this.#unadoptable = (this.#unadoptable ?? new Set()).add(strayKey(node, incarnation))
  }

  isUnadoptable(node: string, incarnation: string): boolean {
    return this.#unadoptable?.has(strayKey(node, incarnation)) ?? false
  }

  /** Media nodes failed the participant, or they were moved from them: they are placed elsewhere for a while, where there is an elsewhere. */
  avoid(...of: Parameters<Avoided['note']>): void {
    this.#avoided ??= new Avoided()
    this.#avoided.note(...of)
  }

  /** The media nodes that the participant is to be kept from; undefined where nobody ever was from any. */
  avoidedBy(participant: string, nowMs: number): readonly AvoidedNode[] | undefined {
    return this.#avoided?.of(participant, nowMs)
  }

  /** Who changed media nodes lately, newest first. */
  get lastMoves(): readonly LoggedMove[] {
    return this.#moves?.latest ?? noMoves
  }

  /** Somebody was placed on another media node than they were on. */
  movePlaced(...of: Parameters<MoveLog['placed']>): void {
    this.#moves ??= new MoveLog()
    this.#moves.placed(...of)
  }

  /** What a media node tells of its people may end moves. */
  peopleTold(...of: Parameters<MoveLog['told']>): void {
    this.#moves?.told(...of)
  }

  /** Begins again under the same name: what stands becomes stray and is closed, and an ad hoc object goes. */
  restart(incarnation: string | undefined): void {
    this.#retired ??= new Set()
    if (this.incarnation !== undefined) this.#retired.add(this.incarnation)
    for (const { report } of this.segments.values()) if (report !== undefined) this.#retired.add(report.meeting.incarnation)
    this.#makeStray()
    if (this.adHoc !== undefined && this.object !== undefined) {
      this.discardedUid = this.object.metadata.uid
      this.object = undefined
    }
    this.incarnation = incarnation
    this.ended = undefined
    this.people = new People()
    this.recent = []
    this.#moves = undefined
    this.turnedAway = undefined
    this.emptySinceMs = undefined
    this.generation = 0
    this.given = undefined
  }

  /** Another incarnation counts from now on; what stands goes on as part of it, once its nodes have adopted it. */
  yieldTo(incarnation: string): void {
    this.incarnation = incarnation
  }

  /** Forgets what was found on media nodes, and by what name; returns it. */
  forgetFound(): readonly Stray[] {
    this.#makeStray()
    const found = [...this.strays.values()]
    this.#strays = undefined
    this.people = new People()
    this.incarnation = undefined
    this.generation = 0
    return found
  }

  remember(placement: Placement): void {
    this.recent.unshift(placement)
    if (this.recent.length > recentAtMost) this.recent.pop()
  }

  #makeStray(): void {
    for (const { node, report } of this.segments.values()) {
      if (report !== undefined) this.addStray({ node, report })
    }
    this.segments = new Map()
  }
}
