import type { Clock, Timer } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import { drainPace, isDraining, type DrainOrder, type DrainReport, type DrainShare, type DrainWish } from '../api/drain.ts'
import { sfuErrors } from '../api/errors.ts'
import type { Segment } from '../segment/segment.ts'
import type { Session } from '../session/session.ts'
import { isToStay, nextToGo, startJitterMs, type Leaving, type Staying, type Told } from './pace.ts'

/** Options of {@link NodeDrain}. */
export interface NodeDrainOptions {
  readonly clock: Clock
  /** Yields [0, 1). */
  readonly random: () => number
  readonly log: Log
  readonly segments: () => readonly Segment[]
  /** The report says something else now. */
  readonly onChange: () => void
}

/** How often somebody may be told to go: with one each time, the usual pace is reached and never in bursts. */
const tickMs = 50
const secondMs = 1_000
/** For so long a node that is to stop, and that nobody is on, passes on what others hear through it: their next way is ordered and up by then. */
export const passesOnAtMostMs = 10_000
/** As many meetings as a report names. */
const stayingAtMost = 100

interface Seat {
  readonly segment: Segment
  readonly session: Session
}

const meetingOf = ({ meeting }: Segment): string => `${meeting.namespace}/${meeting.name}`

/**
 * Empties the node: new work is refused, people are told one by one to join again elsewhere, and at the deadline whoever is left.
 *
 * | it is    | entered by                                    | leaves by                                             |
 * | open     | made; the order is that the drain be over     | a drain is ordered, the node is told to stop: draining |
 * | draining | ordered, or told to stop                      | nobody is left: drained; cancelled: open              |
 * | drained  | nobody is left and nothing is forwarded       | cancelled: open                                       |
 *
 * Told to stop, it never opens again, and may end once it is drained; what is forwarded keeps it for {@link passesOnAtMostMs} at most, and nothing
 * beyond its deadline. It needs no operator to go on.
 */
export class NodeDrain {
  readonly #options: NodeDrainOptions
  #ordered: DrainWish | undefined
  #stopsAtMs: number | undefined
  #timer: Timer | undefined
  #beginsAtMs = 0
  #told: Told[] = []
  #moved = 0
  #stopped: (() => void) | undefined
  /** Since when nobody is on it and it may stop; monotonic milliseconds. */
  #emptySinceMs: number | undefined

  constructor(options: NodeDrainOptions) {
    this.#options = options
  }

  get draining(): boolean {
    return isDraining({ ordered: this.#ordered, stopsAtMs: this.#stopsAtMs })
  }

  /** How far it is. */
  get report(): DrainReport {
    return {
      ...(this.#ordered === undefined ? {} : { ordered: this.#ordered }),
      ...(this.#stopsAtMs === undefined ? {} : { stopsAtMs: this.#stopsAtMs }),
      drained: this.#drained,
      left: this.#seats().length,
      moved: this.#moved,
      ...this.#stayingByMeeting(),
    }
  }

  /** Raises `node_draining` while new work is refused. */
  admit(): void {
    if (this.draining) throw sfuErrors.raise.node_draining({ reason: this.#ordered?.reason ?? 'it is stopping' })
  }

  /** Follows an order whose fence was judged before. */
  order(order: DrainOrder): DrainReport {
    if (!order.draining) this.#become({ ordered: undefined })
    else {
      const { epoch: _, holder: __, draining: ___, ...ordered } = order
      this.#become({ ordered })
    }
    return this.report
  }

  /** Drains to stop: resolves when nobody is left and others do without it, at the latest after `deadlineMs`. */
  async stop(deadlineMs: number): Promise<void> {
    const { clock } = this.#options
    const stopped = new Promise<void>((resolve) => (this.#stopped = resolve))
    this.#become({ ordered: this.#ordered, stopsAtMs: Math.floor(clock.nowMs() + deadlineMs) })
    this.#settle()
    await stopped
  }

  /** Somebody came or went. */
  peopleChanged(): void {
    if (!this.draining) return
    this.#options.onChange()
    this.#settle()
  }

  /** Ends it where it is. */
  close(): void {
    this.#timer?.cancel()
    this.#stopped?.()
  }

  get #drained(): boolean {
    return this.draining && this.#options.segments().every(({ attachments, forwards }) => attachments.size === 0 && !forwards)
  }

  get #deadlineAtMs(): number {
    return Math.min(this.#ordered?.deadlineAtMs ?? Infinity, this.#stopsAtMs ?? Infinity)
  }

  #become(next: { ordered: DrainWish | undefined; stopsAtMs?: number }): void {
    const { clock, random, log, onChange } = this.#options
    const wasDraining = this.draining
    this.#ordered = next.ordered
    this.#stopsAtMs = next.stopsAtMs ?? this.#stopsAtMs
    if (this.draining && !wasDraining) {
      this.#moved = 0
      this.#beginsAtMs = clock.monotonicMs() + random() * startJitterMs
      this.#timer = clock.every(tickMs, () => this.#tick())
      log.info({ reason: this.#ordered?.reason ?? 'the node was told to stop', count: this.#seats().length }, 'drain begins')
    }
    if (!this.draining && wasDraining) {
      this.#timer?.cancel()
      log.info({ count: this.#seats().length }, 'drain is cancelled')
    }
    onChange()
  }

  get #pace(): number {
    return this.#ordered?.pace ?? drainPace.peoplePerSecond
  }

  get #shares(): ReadonlyMap<string, DrainShare> {
    return new Map(this.#ordered?.shared?.map(({ meeting, ...share }) => [meeting, share]))
  }

  get #staying(): Staying {
    return { stay: new Set(this.#ordered?.stay), publishersStay: new Set(this.#ordered?.publishersStay) }
  }

  #tick(): void {
    const { clock } = this.#options
    if (clock.nowMs() >= this.#deadlineAtMs) return this.#closeAll()
    this.#settle()
    const nowMs = clock.monotonicMs()
    if (nowMs < this.#beginsAtMs) return
    this.#told = this.#told.filter(({ atMs }) => nowMs - atMs < drainPace.settleMs)
    let turns = Math.ceil((this.#pace * tickMs) / secondMs)
    while (turns > 0 && this.#tellNext(nowMs)) turns -= 1
  }

  /** Tells one person to go; false while nobody may be told. */
  #tellNext(nowMs: number): boolean {
    const { clock, random } = this.#options
    const seats = this.#seats()
    const next = nextToGo({
      people: seats.map(leavingOf),
      told: this.#told,
      staying: this.#staying,
      shares: this.#shares,
      pace: this.#pace,
      leftMs: this.#deadlineAtMs - clock.nowMs(),
      nowMs,
      random,
    })
    const seat = seats.find(({ session }) => session.identity.attachment === next?.attachment)
    if (seat === undefined) return false
    this.#told.push({ meeting: meetingOf(seat.segment), atMs: nowMs })
    this.#moved += 1
    seat.segment.attachments.moveAway(seat.session, 'node_draining')
    this.#options.onChange()
    return true
  }

  /** Who stays though others of their meeting go. */
  #stayingByMeeting(): Pick<DrainReport, 'staying'> {
    const { publishersStay } = this.#staying
    if (publishersStay.size === 0) return {}
    const counts = new Map<string, number>()
    for (const person of this.#seats().map(leavingOf)) {
      if (!isToStay(person, { stay: new Set(), publishersStay })) continue
      counts.set(person.meeting, (counts.get(person.meeting) ?? 0) + 1)
    }
    const staying = [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).slice(0, stayingAtMost)
    return staying.length === 0 ? {} : { staying: staying.map(([meeting, people]) => ({ meeting, people })) }
  }

  /** The deadline: nobody is forgotten, and nobody stays. */
  #closeAll(): void {
    const seats = this.#seats()
    if (seats.length > 0) this.#options.log.warn({ count: seats.length }, 'drain ends at its deadline')
    this.#moved += seats.filter(({ session }) => session.owner !== undefined).length
    for (const { segment, session } of seats) segment.attachments.close(session, 'node_draining')
    this.#settle()
  }

  /** Lets go whoever waits for the node to have done its work. */
  #settle(): void {
    if (this.#stopped === undefined || this.#seats().length > 0) return
    const { clock } = this.#options
    const nowMs = clock.monotonicMs()
    this.#emptySinceMs ??= nowMs
    const isOver = nowMs - this.#emptySinceMs >= passesOnAtMostMs || clock.nowMs() >= this.#deadlineAtMs
    if (this.#drained || isOver) this.#stopped()
  }

  #seats(): readonly Seat[] {
    return this.#options.segments().flatMap((segment) => segment.attachments.all.map((session) => ({ segment, session })))
  }
}

const leavingOf = ({ segment, session }: Seat): Leaving => ({
  attachment: session.identity.attachment,
  meeting: meetingOf(segment),
  of: Math.max(segment.roster.size, segment.attachments.size),
  reachable: session.owner !== undefined,
  mayPublish: session.identity.rights.publish.length > 0,
})
