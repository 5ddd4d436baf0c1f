import type { Meeting } from '../../../crds/index.ts'
import type { MeetingRef } from '../../../sfu/api/identity.ts'
import type { SegmentReport } from '../../../sfu/api/order.ts'
import { adHocLabel } from './adHoc.ts'
import { countedOn } from '../nodes/countedOn.ts'
import { relationOf } from './incarnations.ts'
import { learnFromStatus } from './learnFromStatus.ts'
import { MeetingEntry, type Segment } from './meetingEntry.ts'
import { isOver, keyOf, lacksPlaces, whyFound, type LostPart } from './meetingFacts.ts'
import { newSegment, type SegmentDraft } from './newSegment.ts'
import { OverIncarnations } from './overIncarnations.ts'
import { pipesDownBy } from './pipesDown.ts'
import type { Placement } from '../people/stay.ts'
import { Traces } from '../people/traces.ts'

/** What {@link Meetings} tells its owner. */
export interface MeetingsEvents {
  /** Something about this meeting changed: `namespace/name`. */
  readonly changed: (key: string) => void
  /** A media node told of a segment of the meeting that counts. */
  readonly told: (entry: MeetingEntry, segment: Segment, nowMs: number) => void
  /** A stay ended or a grant expired: what was reserved for it falls. */
  readonly left: (placement: Placement) => void
  /** The pool in whose account a meeting is adopted that has no object. */
  readonly poolOf: (node: string) => string
}

/** All meetings by name: what their objects say, and what the media nodes report, which is the truth about who is where. */
export class Meetings {
  readonly #byKey = new Map<string, MeetingEntry>()
  readonly #traces = new Traces<MeetingEntry>()
  readonly #over = new OverIncarnations()
  readonly #adHocByPool = new Map<string, number>()
  readonly #events: MeetingsEvents

  constructor(events: MeetingsEvents) {
    this.#events = events
  }

  get(key: string): MeetingEntry | undefined {
    return this.#byKey.get(key)
  }

  all(): IterableIterator<MeetingEntry> {
    return this.#byKey.values()
  }

  get size(): number {
    return this.#byKey.size
  }

  /** Those that have, or had, a part on the node, as they are now. */
  on(node: string): readonly MeetingEntry[] {
    return this.#traces.on(node)
  }

  /** How many meetings have a segment on the node. */
  hostedOn(node: string): number {
    let count = 0
    for (const entry of this.on(node)) if (entry.segments.get(node)?.report !== undefined) count += 1
    return count
  }

  adHocCount(pool: string): number {
    return this.#adHocByPool.get(pool) ?? 0
  }

  putObject(object: Meeting, nowMs: number): void {
    const entry = this.open(object.metadata.namespace, object.metadata.name, nowMs)
    if (entry.discardedUid === object.metadata.uid) return
    const another = entry.object !== undefined && entry.object.metadata.uid !== object.metadata.uid
    if (another || (entry.object === undefined && entry.ended !== undefined)) entry.restart(undefined)
    entry.object = object
    const pool = object.metadata.labels?.[adHocLabel]
    this.setAdHoc(entry, pool === undefined ? undefined : (entry.adHoc ?? { pool, sinceMs: nowMs }))
    this.#learn(entry, object, nowMs)
    this.touch(entry, nowMs)
  }

  /** What an earlier operator wrote down; what is heard of the nodes that it names may change the plan. */
  #learn(entry: MeetingEntry, object: Meeting, nowMs: number): void {
    for (const { node, report } of learnFromStatus(entry, object)) this.report(node, report, nowMs)
    for (const { node } of object.status?.segments ?? []) this.#traces.add(entry, node)
  }

  removeObject(ref: { namespace: string; name: string; uid: string }, nowMs: number): void {
    const entry = this.#byKey.get(keyOf(ref))
    if (entry === undefined) return
    if (entry.discardedUid === ref.uid) entry.discardedUid = undefined
    else if (entry.object?.metadata.uid === ref.uid) {
      entry.object = undefined
      // One that a join made and that was empty goes on by whoever comes, by a fallback too; else what is deleted is over for everybody.
      if (entry.ended === undefined || entry.adHoc === undefined) this.#over.note(entry.key, entry.incarnations(), nowMs)
      entry.ended ??= { why: 'its Meeting object was deleted', atMs: nowMs }
    }
    this.touch(entry, nowMs)
  }

  /** The meeting of that name, made when it is not known. */
  open(namespace: string, name: string, nowMs: number): MeetingEntry {
    const key = keyOf({ namespace, name })
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    const entry = new MeetingEntry(namespace, name, this.#over.of(key, nowMs))
    this.#byKey.set(key, entry)
    return entry
  }

  /** Puts a meeting into the account of a pool's ad hoc meetings, or takes it out. */
  setAdHoc(entry: MeetingEntry, adHoc: MeetingEntry['adHoc']): void {
    this.#countAdHoc(entry.adHoc?.pool, -1)
    entry.adHoc = adHoc
    this.#countAdHoc(adHoc?.pool, 1)
  }

  addSegment(entry: MeetingEntry, segment: SegmentDraft): Segment {
    const added = newSegment(segment, entry.people.on(segment.node))
    entry.segments.set(segment.node, added)
    this.#traces.add(entry, segment.node)
    return added
  }

  /** The meeting is over; what is left of it is closed. */
  end(entry: MeetingEntry, why: string, nowMs: number): void {
    entry.ended ??= { why, atMs: nowMs }
    this.touch(entry, nowMs)
  }

  report(node: string, report: SegmentReport, nowMs: number): void {
    const known = this.#byKey.get(keyOf(report.meeting))
    const entry = known ?? this.open(report.meeting.namespace, report.meeting.name, nowMs)
    if (known === undefined) this.setAdHoc(entry, { pool: this.#events.poolOf(node), sinceMs: nowMs })
    this.#traces.add(entry, node)
    const relation = relationOf(entry, node, report)
    if (relation === 'stray') {
      if (!entry.addStray({ node, report })) return
    } else {
      if (relation === 'adopted') this.#yieldTo(entry, report.meeting.incarnation, nowMs)
      if (relation === 'again') entry.restart(report.meeting.incarnation)
      this.#reportCurrent(entry, { node, report, nowMs })
    }
    this.touch(entry, nowMs)
  }

  /** A node closed a segment, or does not have it any more. */
  closed(node: string, meeting: MeetingRef, nowMs: number): void {
    const entry = this.#byKey.get(keyOf(meeting))
    if (entry === undefined) return
    entry.removeStray(node, meeting.incarnation)
    const segment = entry.segments.get(node)
    if (segment !== undefined && (segment.report?.meeting ?? entry).incarnation === meeting.incarnation) {
      for (const placement of entry.people.report(node, [], nowMs)) this.#events.left(placement)
      segment.report = undefined
      segment.ordered = undefined
      segment.places.gone()
      this.#events.told(entry, segment, nowMs)
      if (entry.people.countOn(node) === 0 || entry.ended !== undefined) entry.segments.delete(node)
    }
    this.touch(entry, nowMs)
  }

  /** A node's agent does not adopt what it has under another incarnation: that is left over, and its people join again. */
  unadoptable(entry: MeetingEntry, node: string, nowMs: number): void {
    const report = entry.segments.get(node)?.report
    if (report === undefined || report.meeting.incarnation === entry.incarnation) return
    entry.noteUnadoptable(node, report.meeting.incarnation)
    entry.segments.delete(node)
    for (const placement of entry.people.report(node, [], nowMs)) this.#events.left(placement)
    entry.addStray({ node, report })
    this.touch(entry, nowMs)
  }

  /** All that a node hosts, at the beginning of its stream: what it does not tell of is gone. */
  hosts(node: string, reports: readonly SegmentReport[], nowMs: number): void {
    const told = new Set(reports.map(({ meeting }) => `${keyOf(meeting)}/${meeting.incarnation}`))
    for (const entry of this.on(node)) {
      const incarnations = [
        entry.segments.get(node)?.report,
        ...[...entry.strays.values()].filter((each) => each.node === node).map(({ report }) => report),
      ]
      for (const report of incarnations) {
        if (report !== undefined && !told.has(`${entry.key}/${report.meeting.incarnation}`))
          this.closed(node, report.meeting, nowMs)
      }
    }
    for (const report of reports) this.report(node, report, nowMs)
  }

  /** A node is lost: its segments leave the meetings, and its people may be placed anew. Returns what each meeting had there. */
  dropNode(node: string, nowMs: number): readonly LostPart[] {
    const parts: LostPart[] = []
    for (const entry of this.on(node)) {
      const people = entry.people.dropNode(node, nowMs)
      for (const placement of people) this.#events.left(placement)
      parts.push({ entry, segment: entry.segments.get(node), people })
      entry.segments.delete(node)
      for (const stray of entry.strays.values())
        if (stray.node === node) entry.removeStray(node, stray.report.meeting.incarnation)
      this.touch(entry, nowMs)
    }
    this.#traces.dropNode(node)
    return parts
  }

  /** Somebody comes to the seat that was kept for them: it is free for them to take in the same turn. */
  handOver(entry: MeetingEntry, seat: { participant: string; attachment: string }, nowMs: number): void {
    const placement = entry.people.release(seat.participant, seat.attachment, nowMs)
    if (placement !== undefined) this.#events.left(placement)
  }

  release(entry: MeetingEntry, stay: { participant: string; attachment: string }, nowMs: number): void {
    const placement = entry.people.release(stay.participant, stay.attachment, nowMs)
    if (placement !== undefined) this.#events.left(placement)
    this.touch(entry, nowMs)
  }

  /** Frees the seats of unused grants of one meeting; whether there were any, and it may be forgotten now. */
  sweep(entry: MeetingEntry, nowMs: number): boolean {
    const expired = entry.people.sweep(nowMs)
    for (const placement of expired) this.#events.left(placement)
    if (expired.length > 0) this.touch(entry, nowMs)
    return expired.length > 0
  }

  /**
   * Somebody was placed on the segment: less than {@link touch}, since that only adds. One more grant for a segment that has people changes no
   * plan, and what status tells of them changes when they are attached: most joins cost nobody a look at the meeting.
   */
  joined(entry: MeetingEntry, segment: Segment, nowMs: number): void {
    const isNews = segment.report === undefined || (segment.emptySinceMs ?? entry.emptySinceMs) !== undefined
    segment.emptySinceMs = undefined
    entry.emptySinceMs = entry.people.seats > 0 ? undefined : (entry.emptySinceMs ?? nowMs)
    if (isNews || lacksPlaces(entry, segment)) this.#events.changed(entry.key)
  }

  /** Notes since when a meeting and its segments are empty, forgets what is over, and tells that something changed. */
  touch(entry: MeetingEntry, nowMs: number): void {
    entry.emptySinceMs = entry.people.seats > 0 ? undefined : (entry.emptySinceMs ?? nowMs)
    for (const segment of entry.segments.values()) {
      const empty = segment.crowd.size === 0
      segment.emptySinceMs = empty ? (segment.emptySinceMs ?? nowMs) : undefined
      if (empty && segment.report === undefined && segment.ordered === undefined) entry.segments.delete(segment.node)
    }
    this.#promoteStray(entry, nowMs)
    entry.noteStrays(nowMs)
    if (isOver(entry)) this.#forget(entry)
    this.#events.changed(entry.key)
  }

  /** Forgets one without object that stands nowhere and was empty for `afterMs`: the leader's plan has ended it by then, a standby hears of nobody. */
  forgetIfEmpty(entry: MeetingEntry, afterMs: number, nowMs: number): void {
    const emptyForMs = entry.emptySinceMs === undefined ? 0 : nowMs - entry.emptySinceMs
    if (entry.object === undefined && entry.segments.size + entry.strays.size === 0 && emptyForMs > afterMs) {
      entry.ended ??= { why: 'it stood empty', atMs: nowMs }
      this.touch(entry, nowMs)
    }
  }

  /** A meeting that stands nowhere goes on as the incarnation that nodes do host: another replica began it again. */
  #promoteStray(entry: MeetingEntry, nowMs: number): void {
    if (entry.ended !== undefined || entry.segments.size > 0 || entry.people.seats > 0) return
    const first = entry.nextIncarnation()
    if (first !== undefined) this.#yieldTo(entry, first, nowMs)
  }

  /** Another incarnation counts from now on: what looked left over of it is part of the meeting. */
  #yieldTo(entry: MeetingEntry, incarnation: string, nowMs: number): void {
    entry.yieldTo(incarnation)
    for (const { node, report } of entry.strays.values()) {
      if (report.meeting.incarnation !== incarnation) continue
      entry.removeStray(node, incarnation)
      this.#reportCurrent(entry, { node, report, nowMs })
    }
  }

  #forget(entry: MeetingEntry): void {
    this.setAdHoc(entry, undefined)
    this.#byKey.delete(entry.key)
    this.#traces.drop(entry)
  }

  #reportCurrent(entry: MeetingEntry, said: { node: string; report: SegmentReport; nowMs: number }): void {
    const { node, report, nowMs } = said
    const why = whyFound(report, entry)
    const segment = entry.segments.get(node) ?? this.addSegment(entry, { node, openedAtMs: nowMs, why })
    entry.sortOut(node, report, segment.report)
    segment.pipesDown = pipesDownBy(report, segment, nowMs)
    segment.report = report
    segment.places.told(report)
    entry.generation = Math.max(entry.generation, countedOn(report.generation))
    entry.peopleTold(node, report.participants, nowMs)
    for (const placement of entry.people.report(node, report.participants, nowMs)) this.#events.left(placement)
    this.#events.told(entry, segment, nowMs)
  }

  #countAdHoc(pool: string | undefined, by: number): void {
    if (pool !== undefined) this.#adHocByPool.set(pool, this.adHocCount(pool) + by)
  }
}
