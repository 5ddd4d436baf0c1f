import { drainPace, isDraining, mayGoNow, type DrainOrder, type DrainReport, type DrainShare } from '../../../sfu/api/drain.ts'
import type { MeetingRef } from '../../../sfu/api/identity.ts'
import type { SegmentReport } from '../../../sfu/api/order.ts'
import { FakeMoving } from './fakeMoving.ts'

type Person = SegmentReport['participants'][number]

/** Somebody on a fake media node. */
export interface FakeSeat {
  readonly meeting: MeetingRef
  readonly person: Person
}

/** A fake media node at one moment. */
interface Moment {
  readonly segments: readonly SegmentReport[]
  /** Who is in a meeting as far as the node knows, and their latest attachment. */
  readonly rosterOf: (meeting: MeetingRef) => ReadonlyMap<string, string>
  /** Wall clock. */
  readonly nowMs: number
}

const secondMs = 1_000
const keyOf = ({ namespace, name }: MeetingRef): string => `${namespace}/${name}`
const seatsOf = (segments: readonly SegmentReport[]): readonly FakeSeat[] =>
  segments.flatMap(({ meeting, participants }) => participants.map((person) => ({ meeting, person })))

/**
 * The drain of a fake media node, which is looked at each second: the same contract as that of a real one (`sfu/api/testing/drainContract.ts` holds
 * both to it), but that whoever is first goes first, and at once.
 */
export class FakeDrain {
  #state: Pick<DrainReport, 'ordered' | 'stopsAtMs' | 'moved'> = { moved: 0 }
  readonly #moving = new FakeMoving()
  #told: readonly { readonly meeting: string; readonly atMs: number }[] = []

  get isOn(): boolean {
    return isDraining(this.#state)
  }

  /** Why it takes nobody. */
  get reason(): string {
    return this.#state.ordered?.reason ?? 'it is stopping'
  }

  /** Follows an order whose term was judged before. */
  order(order: DrainOrder): void {
    const { epoch: _, holder: __, draining: ___, ...wish } = order
    const ordered = 'reason' in wish ? { ordered: wish } : {}
    this.#become(order.draining, { ...ordered, ...this.#stopping })
  }

  stopBy(stopsAtMs: number): void {
    const { ordered } = this.#state
    this.#become(true, { ...(ordered === undefined ? {} : { ordered }), stopsAtMs })
  }

  /** The process begins anew. */
  forget(): void {
    this.#state = { moved: 0 }
    this.#told = []
    this.#moving.clear()
  }

  report(segments: readonly SegmentReport[]): DrainReport {
    const left = seatsOf(segments).length
    const drained = this.isOn && left === 0 && forwardedBy(segments).length === 0
    return { ...this.#state, left, drained, ...this.#staying(segments) }
  }

  /** Tells one person to go, whether it drains or not; false for one who is on the way already. */
  send(attachment: string, nowMs: number): boolean {
    if (this.#moving.has(attachment)) return false
    this.#moving.told(attachment, nowMs)
    return true
  }

  /** A second later: who is told to go now, and who goes, as their media has stayed for long enough or the deadline has come. */
  beat(at: Moment): { readonly told: readonly FakeSeat[]; readonly gone: readonly FakeSeat[] } {
    const { nowMs } = at
    const seats = seatsOf(at.segments)
    const isOver = this.isOn && nowMs >= this.#deadlineAtMs
    const over = this.#moving.over(new Map(seats.map((seat) => [seat.person.attachment, isElsewhere(at, seat)])), nowMs)
    const gone = isOver ? seats : seats.filter(({ person }) => over.has(person.attachment))
    const unaware = seats.filter(({ person }) => !this.#moving.has(person.attachment) && !over.has(person.attachment))
    const told = isOver ? unaware : this.#next(at, unaware)
    for (const { person } of told) this.send(person.attachment, nowMs)
    this.#state = { ...this.#state, moved: this.#state.moved + told.length }
    return { told, gone }
  }

  get #deadlineAtMs(): number {
    return Math.min(this.#state.ordered?.deadlineAtMs ?? Infinity, this.#state.stopsAtMs ?? Infinity)
  }

  get #stopping(): Pick<DrainReport, 'stopsAtMs'> {
    const { stopsAtMs } = this.#state
    return stopsAtMs === undefined ? {} : { stopsAtMs }
  }

  #become(drains: boolean, state: Omit<DrainReport, 'left' | 'drained' | 'moved'>): void {
    const begins = drains && !this.isOn
    this.#state = { ...state, moved: begins ? 0 : this.#state.moved }
  }

  /** As many as the pace and the budgets of their meetings allow. */
  #next({ segments, rosterOf, nowMs }: Moment, unaware: readonly FakeSeat[]): readonly FakeSeat[] {
    if (!this.isOn) return []
    const { pace = drainPace.peoplePerSecond } = this.#state.ordered ?? {}
    this.#told = this.#told.filter(({ atMs }) => nowMs - atMs < drainPace.settleMs)
    let turns = pace - this.#told.filter(({ atMs }) => nowMs - atMs < secondMs).length
    const going = unaware.filter((seat) => !this.#isToStay(seat))
    const told = new Set<FakeSeat>()
    for (const seat of going) {
      const meeting = keyOf(seat.meeting)
      const left = going.filter((other) => keyOf(other.meeting) === meeting && !told.has(other)).length
      const underWay = this.#told.filter((each) => each.meeting === meeting).length
      const here = seatsOf(segments).filter((other) => keyOf(other.meeting) === meeting).length
      const of = Math.max(rosterOf(seat.meeting).size, here)
      const part = { left, underWay, of, share: this.#shareOf(meeting) }
      if (turns <= 0 || !mayGoNow(part, this.#deadlineAtMs - nowMs)) continue
      turns -= 1
      told.add(seat)
      this.#told = [...this.#told, { meeting, atMs: nowMs }]
    }
    return [...told]
  }

  #shareOf(meeting: string): DrainShare | undefined {
    return this.#state.ordered?.shared?.find((share) => share.meeting === meeting)
  }

  #isToStay({ meeting, person }: FakeSeat): boolean {
    const { stay = [], publishersStay = [] } = this.#state.ordered ?? {}
    return stay.includes(keyOf(meeting)) || (person.publishing && publishersStay.includes(keyOf(meeting)))
  }

  /** Publishers of meetings of which the order lets only the audience go. */
  #staying(segments: readonly SegmentReport[]): Pick<DrainReport, 'staying'> {
    const held = new Set(this.#state.ordered?.publishersStay)
    const staying = segments
      .map(({ meeting, participants }) => {
        return { meeting: keyOf(meeting), people: participants.filter(({ publishing }) => publishing).length }
      })
      .filter(({ meeting, people }) => held.has(meeting) && people > 0)
    return staying.length === 0 ? {} : { staying }
  }
}

/** Whether somebody has a later attachment on another node. */
const isElsewhere = ({ rosterOf }: Moment, { meeting, person }: FakeSeat): boolean =>
  (rosterOf(meeting).get(person.participant) ?? '') > person.attachment

/** Meetings of which leaves on other nodes still hang on a core here. */
export const forwardedBy = (segments: readonly SegmentReport[]): readonly MeetingRef[] =>
  segments
    .filter(({ role, peers }) => role === 'core' && peers.some((peer) => peer.role === 'leaf'))
    .map(({ meeting }) => meeting)
