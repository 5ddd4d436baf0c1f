import type { Clock, Timer } from '../../kit/clock.ts'
import type { CodedError } from '../../kit/errors.ts'
import type { Log } from '../../kit/log.ts'
import { sfuErrors } from '../api/errors.ts'
import { meetingKey, type MeetingRef } from '../api/identity.ts'
import { compareFences, type Fence, type SegmentDeletion, type SegmentOrder, type SegmentReport } from '../api/order.ts'
import type { CloseReason } from '../api/session.ts'
import type { Term } from '../api/term.ts'
import { judgeDeletion, judgeOrder, judgeTerm, errorOfRefusal, type OrderRefusal } from './fence.ts'
import type { Segment } from './segment.ts'

/** What one meeting's segment is made with beside its media. */
export interface SegmentHooks {
  readonly onChange: () => void
  readonly onClosed: (reason: CloseReason) => void
}

/** Options of {@link Segments}. */
export interface SegmentsOptions {
  readonly clock: Clock
  readonly log: Log
  /** Makes a segment with its router; raises `node_full` where there is no room. */
  readonly create: (meeting: MeetingRef, hooks: SegmentHooks) => Promise<Segment>
  /** How long an empty segment that no order keeps stays. */
  readonly emptyTimeoutMs: number
  /** Raises what keeps new work out of this node: `node_draining`. */
  readonly admit: () => void
  readonly onChange: (segment: Segment) => void
  readonly onClosed: (meeting: MeetingRef) => void
}

interface Ended {
  readonly atMs: number
  readonly fence: Fence
}

/** For this long an ended meeting is not made again by a late grant; grants live one minute. */
const rememberEndedMs = 120_000
/** How many incarnations one answer names (see hostedIncarnations). */
const maxIncarnations = 16
/** How often empty segments are looked at. */
const sweepPeriodMs = 1_000

/**
 * The segments of this node by (namespace, name, incarnation). Orders and grants make them, whichever comes first; deletions, dead workers
 * and long emptiness end them.
 */
export class Segments {
  readonly #options: SegmentsOptions
  readonly #segments = new Map<string, Segment>()
  readonly #creating = new Map<string, Promise<Segment>>()
  readonly #ended = new Map<string, Ended>()
  /** Keys of incarnations that go on as another one, with that one's. */
  readonly #aliases = new Map<string, string>()
  readonly #sweeping: Timer
  /** The term of the last order that was taken. */
  #followed: Term | undefined
  #closed = false

  constructor(options: SegmentsOptions) {
    this.#options = options
    this.#sweeping = options.clock.every(sweepPeriodMs, () => this.#sweep())
  }

  get all(): readonly Segment[] {
    return [...this.#segments.values()]
  }

  /** The highest epoch of any order that was taken. */
  get highestEpoch(): number {
    return this.#followed?.epoch ?? 0
  }

  get(meeting: MeetingRef): Segment | undefined {
    return this.find(meetingKey(meeting))
  }

  /** A segment by its meeting's key, or by that of an incarnation that it was adopted from. */
  find(key: string): Segment | undefined {
    return this.#segments.get(this.#aliases.get(key) ?? key)
  }

  /** The incarnations of a meeting that are hosted here, oldest first; the latest where there are more than an answer may name. */
  incarnations(named: { namespace: string; name: string }): readonly string[] {
    return this.all
      .filter(({ meeting }) => meeting.namespace === named.namespace && meeting.name === named.name)
      .flatMap(({ meeting, aliases }) => [meeting.incarnation, ...aliases])
      .toSorted()
      .slice(-maxIncarnations)
  }

  /**
   * The segment that a grant leads to, made where it is not there yet. A meeting that has ended is not made again. Raises `wrong_meeting`,
   * `node_full`, `node_draining`.
   */
  async forGrant(meeting: MeetingRef): Promise<Segment> {
    this.#options.admit()
    if (this.#ended.has(meetingKey(meeting))) throw sfuErrors.raise.wrong_meeting({})
    return this.#ensure(meeting)
  }

  /** Takes an order. Raises `stale_order`, `epoch_shared`, `order_conflict`, `node_full`, `node_draining`; the last two for a new segment only. */
  async put(meeting: MeetingRef, order: SegmentOrder): Promise<SegmentReport> {
    this.#judge(meeting, order)
    this.#adopt(meeting, order)
    if (this.get(meeting) === undefined) this.#options.admit()
    const segment = await this.#ensure(meeting)
    const verdict = this.#judge(meeting, order)
    this.#followed = termOf(order)
    this.#ended.delete(segment.key)
    segment.take(order)
    if (verdict === 'take') this.#logOf(meeting).info(fenceOf(order), 'order taken')
    return segment.report()
  }

  /** Closes a segment by order; one that is not here is closed already. Raises `stale_order`, `epoch_shared`. */
  delete(meeting: MeetingRef, deletion: SegmentDeletion): void {
    const segment = this.#segments.get(meetingKey(meeting)) // One that was adopted is not closed by the name that it had.
    const judged = judgeDeletion(segment?.fence ?? { epoch: 0, generation: 0 }, deletion, this.#followed)
    if (judged.verdict !== 'take') throw this.#refused(judged, fenceOf(deletion), this.#logOf(meeting))
    this.#followed = termOf(deletion)
    if (deletion.reason === 'ended') {
      const ended = { atMs: this.#options.clock.monotonicMs(), fence: fenceOf(deletion) }
      for (const incarnation of [meeting.incarnation, ...(segment?.aliases ?? [])])
        this.#ended.set(meetingKey({ ...meeting, incarnation }), ended)
    }
    if (!segment) return
    this.#logOf(meeting).info({ ...fenceOf(deletion), reason: deletion.reason }, 'deletion taken')
    segment.close(deletion.reason === 'ended' ? 'meeting_ended' : 'segment_closed')
  }

  /** Judges an order that is about the whole node by its term alone. Raises `stale_order`, `epoch_shared`. */
  fence(order: Term): void {
    const refused = judgeTerm(this.#followed, order)
    if (refused !== undefined) throw this.#refused(refused, { epoch: order.epoch }, this.#options.log)
    this.#followed = termOf(order)
  }

  closeAll(reason: CloseReason): void {
    this.#closed = true
    this.#sweeping.cancel()
    for (const segment of this.all) segment.close(reason)
  }

  /** The segment of the incarnation that the order adopts goes on as that of the order; where both are here, each stays what it is. */
  #adopt(meeting: MeetingRef, order: SegmentOrder): void {
    if (order.adopts === undefined || this.get(meeting) !== undefined || this.#creating.has(meetingKey(meeting))) return
    const segment = this.get({ ...meeting, incarnation: order.adopts })
    if (!segment) return
    this.#check(meeting, order, segment)
    this.#segments.delete(segment.key)
    segment.become(meeting.incarnation)
    this.#segments.set(segment.key, segment)
    for (const incarnation of segment.aliases) this.#aliases.set(meetingKey({ ...meeting, incarnation }), segment.key)
  }

  #ensure(meeting: MeetingRef): Promise<Segment> {
    const key = meetingKey(meeting)
    const known = this.get(meeting)
    if (known) return Promise.resolve(known)
    const creating = this.#creating.get(key) ?? this.#create(meeting, key)
    this.#creating.set(key, creating)
    return creating
  }

  async #create(meeting: MeetingRef, key: string): Promise<Segment> {
    try {
      const segment: Segment = await this.#options.create(meeting, {
        onChange: () => {
          if (this.#segments.get(segment.key) === segment) this.#options.onChange(segment)
        },
        onClosed: () => this.#forget(segment),
      })
      if (this.#closed) {
        segment.close('node_stopping')
        throw sfuErrors.raise.node_full({ limit: 'it is stopping' })
      }
      this.#segments.set(key, segment)
      this.#logOf(meeting).info({ count: this.#segments.size }, 'segment opened')
      this.#options.onChange(segment)
      return segment
    } finally {
      this.#creating.delete(key)
    }
  }

  #forget(segment: Segment): void {
    if (this.#segments.get(segment.key) !== segment) return
    this.#segments.delete(segment.key)
    for (const incarnation of segment.aliases) this.#aliases.delete(meetingKey({ ...segment.meeting, incarnation }))
    this.#options.onClosed(segment.meeting)
  }

  #judge(meeting: MeetingRef, order: SegmentOrder): 'take' | 'again' {
    const ended = this.#ended.get(meetingKey(meeting))?.fence
    if (ended && compareFences(order, ended) <= 0)
      throw this.#refused({ verdict: 'stale', fence: ended }, fenceOf(order), this.#logOf(meeting))
    return this.#check(meeting, order, this.get(meeting))
  }

  /** Judges an order by what the segment took before. */
  #check(meeting: MeetingRef, order: SegmentOrder, segment: Segment | undefined): 'take' | 'again' {
    const judged = judgeOrder(segment?.order, order, this.#followed)
    if (judged.verdict === 'take' || judged.verdict === 'again') return judged.verdict
    throw this.#refused(judged, fenceOf(order), this.#logOf(meeting))
  }

  #refused(refusal: OrderRefusal, order: Partial<Fence>, log: Log): CodedError {
    const error = errorOfRefusal(refusal)
    log.warn({ ...order, code: error.code }, 'order refused')
    return error
  }

  #logOf({ namespace, name, incarnation }: MeetingRef): Log {
    return this.#options.log.child({ namespace, meeting: name, incarnation })
  }

  #sweep(): void {
    const { clock, emptyTimeoutMs } = this.#options
    for (const segment of this.all) {
      if (!segment.order && segment.emptyForMs >= emptyTimeoutMs) segment.close('segment_closed')
    }
    for (const [key, { atMs }] of this.#ended) if (clock.monotonicMs() - atMs > rememberEndedMs) this.#ended.delete(key)
  }
}

const termOf = ({ epoch, holder }: Term): Term => (holder === undefined ? { epoch } : { epoch, holder })
const fenceOf = ({ epoch, generation }: { epoch: number; generation: number }) => ({ epoch, generation })
