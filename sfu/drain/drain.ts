import type { Clock, Timer } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import { isDraining, type DrainOrder, type DrainReport, type DrainWish } from '../api/drain.ts'
import { sfuErrors } from '../api/errors.ts'
import type { Segment } from '../segment/segment.ts'
import type { Session } from '../session/session.ts'
import { nextToGo, settleMs, startJitterMs, type Leaving, type Told } from './pace.ts'

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

/** How often somebody may be told to go: with one each time, the pace of {@link nextToGo} is reached and never in bursts. */
const tickMs = 50

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
 * Told to stop, it never opens again. It needs no operator to go on.
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
      const { reason, deadlineAtMs, stay } = order
      this.#become({ ordered: { reason, deadlineAtMs, stay } })
    }
    return this.report
  }

  /** Drains to stop: resolves when nobody is left, at the latest after `deadlineMs`. */
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

  #tick(): void {
    const { clock, random } = this.#options
    if (clock.nowMs() >= this.#deadlineAtMs) return this.#closeAll()
    const nowMs = clock.monotonicMs()
    if (nowMs < this.#beginsAtMs) return
    this.#told = this.#told.filter(({ atMs }) => nowMs - atMs < settleMs)
    const seats = this.#seats()
    const next = nextToGo({
      people: seats.map(leavingOf),
      told: this.#told,
      stay: new Set(this.#ordered?.stay),
      nowMs,
      random,
    })
    const seat = seats.find(({ session }) => session.identity.attachment === next?.attachment)
    if (seat === undefined) return
    this.#told.push({ meeting: meetingOf(seat.segment), atMs: nowMs })
    this.#moved += 1
    seat.segment.attachments.moveAway(seat.session, 'node_draining')
    this.#options.onChange()
  }

  /** The deadline: nobody is forgotten, and nobody stays. */
  #closeAll(): void {
    const seats = this.#seats()
    if (seats.length > 0) this.#options.log.warn({ count: seats.length }, 'drain ends at its deadline')
    this.#moved += seats.filter(({ session }) => session.owner !== undefined).length
    for (const { segment, session } of seats) segment.attachments.close(session, 'node_draining')
    this.#settle()
  }

  /** Lets go whoever waits for the node to be empty. */
  #settle(): void {
    if (this.#seats().length > 0) return
    this.#stopped?.()
  }

  #seats(): readonly Seat[] {
    return this.#options.segments().flatMap((segment) => segment.attachments.all.map((session) => ({ segment, session })))
  }
}

const leavingOf = ({ segment, session }: Seat): Leaving => ({
  attachment: session.identity.attachment,
  meeting: meetingOf(segment),
  reachable: session.owner !== undefined,
})
