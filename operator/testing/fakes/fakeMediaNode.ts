import type { Clock } from '../../../kit/clock.ts'
import { commonErrors } from '../../../kit/errors.ts'
import type { MintUlid } from '../../../kit/ids.ts'
import type { AddressOrder } from '../../../sfu/api/addresses.ts'
import type { DrainOrder, DrainReport } from '../../../sfu/api/drain.ts'
import { tellEdgeVersion } from '../../../sfu/api/edgeVersion.ts'
import { sfuErrors } from '../../../sfu/api/errors.ts'
import { meetingKey, type MeetingRef } from '../../../sfu/api/identity.ts'
import type { LoadLine, NodeCapacity, NodeLoad } from '../../../sfu/api/load.ts'
import type { MoveOrder, MoveReport } from '../../../sfu/api/move.ts'
import type { Probe } from '../../../sfu/api/probe.ts'
import type { Term } from '../../../sfu/api/term.ts'
import { compareFences, type SegmentDeletion, type SegmentOrder, type SegmentReport } from '../../../sfu/api/order.ts'
import { FakeDrain } from './fakeDrain.ts'
import { mustCount, mustHavePlace, type Arrival } from './fakeArrival.ts'
import {
  aFakeSegment,
  goesOnAs,
  aSecondLater,
  afterOrder,
  leastLoadedWorker,
  mustBeNewer,
  type FakeSegment,
  type PeerSigns,
} from './fakeSegment.ts'
import { FakeTerm } from './fakeTerm.ts'
import { fakeLoad, fakeProbes, usualCapacity } from './fakeWords.ts'

type Person = SegmentReport['participants'][number]

/** Options of {@link FakeMediaNode}. */
export interface FakeMediaNodeOptions {
  readonly name: string
  readonly clock: Clock
  readonly mintUlid: MintUlid
  readonly workers?: number
  readonly capacity?: NodeCapacity
  /** Somebody is told to go because the node drains, or because they alone are moved. */
  readonly onTold?: (meeting: MeetingRef, person: Person, why: 'drain' | 'move') => void
  readonly onAttached?: (meeting: MeetingRef, arrival: Arrival) => void
  /** Who is in the meeting as far as this node knows, and their latest attachment; its own people unless told otherwise. */
  readonly roster?: (meeting: MeetingRef) => ReadonlyMap<string, string>
  /** What it finds out about other nodes: each is reached, and each edge that leaves is spare, unless told otherwise. */
  readonly signs?: PeerSigns
}

/**
 * A media node without media: it speaks the contract of sfu/api (orders with their fence, the load stream) and keeps its segments in
 * memory, so that the operator's domain is tested against the truth of a node, faults included.
 */
export class FakeMediaNode {
  readonly name: string
  boot: string
  readonly term = new FakeTerm()
  /** Of the contract between media nodes that it speaks. */
  edgeVersion = 1
  /** Whether it knows orders that adopt another incarnation. */
  adopts = true
  /** CPU of each worker. */
  cpu: number[]
  capacity: NodeCapacity
  /** What clients are told, and whether that is but a guess. */
  addresses = ['127.0.0.1']
  addressesGuessed = false
  readonly #drain = new FakeDrain()
  readonly #segments = new Map<string, FakeSegment>()
  /** Keys of incarnations that go on as another one, with that one's. */
  readonly #names = new Map<string, string>()
  readonly #listeners = new Set<(line: LoadLine | undefined) => void>()
  readonly #options: FakeMediaNodeOptions

  constructor(options: FakeMediaNodeOptions) {
    this.#options = options
    this.name = options.name
    this.boot = options.mintUlid()
    this.capacity = options.capacity ?? usualCapacity
    this.cpu = Array.from({ length: options.workers ?? 1 }, () => 0)
  }

  /** What it hosts, by name of the meeting and then incarnation. */
  segments(): readonly SegmentReport[] {
    return [...this.#segments.values()].map(({ report }) => report)
  }

  orderOf(meeting: MeetingRef): SegmentOrder | undefined {
    return this.#find(meeting)?.order
  }

  /** Somebody shows a grant: the segment is made where there is none. Raises `node_draining`, `meeting_full`, `no_place_here` and `grant_superseded`. */
  attach(meeting: MeetingRef, arrival: Arrival): void {
    this.#admit()
    const known = this.#find(meeting) ?? this.#make(meeting, arrival.fallback ?? false)
    this.#mustHaveRoom(known, arrival)
    const { participant, attachment, hidden = false, publishing = true } = arrival
    const { emptySinceMs: _, participants, ...report } = known.report
    const others = participants.filter((each) => each.participant !== participant) // Whose stays end with the later one.
    this.#set({ ...known, report: { ...report, participants: [...others, { participant, attachment, publishing, hidden }] } })
    this.#options.onAttached?.(meeting, arrival)
  }

  /** Somebody leaves; an attachment that is not here changes nothing. */
  detach(attachment: string): void {
    for (const segment of this.#segments.values()) {
      const participants = segment.report.participants.filter((person) => person.attachment !== attachment)
      if (participants.length === segment.report.participants.length) continue
      const empty = participants.length === 0 ? { emptySinceMs: this.#options.clock.nowMs() } : {}
      this.#set({ ...segment, report: { ...segment.report, participants, ...empty } })
    }
  }

  put(meeting: MeetingRef, order: SegmentOrder): SegmentReport {
    if (order.adopts !== undefined && !this.adopts) throw commonErrors.raise.invalid({ what: 'body: unrecognized key "adopts"' })
    this.term.judge(order)
    const alias = order.adopts === undefined ? undefined : this.#find({ ...meeting, incarnation: order.adopts })
    if ((this.#find(meeting) ?? alias) === undefined) this.#admit()
    const known = this.#find(meeting) ?? alias ?? this.#make(meeting, false)
    mustBeNewer(known, order)
    this.term.follow(order)
    this.#segments.delete(meetingKey(known.report.meeting))
    const after = afterOrder(goesOnAs(known, meeting), order, this.#signs)
    const name = meetingKey(after.report.meeting) // The order may call it by a name that it was adopted from.
    for (const incarnation of after.report.aliases ?? []) this.#names.set(meetingKey({ ...meeting, incarnation }), name)
    this.#set(after)
    return after.report
  }

  /** Closes a segment; people who were there are gone. */
  delete(meeting: MeetingRef, deletion: SegmentDeletion): void {
    const known = this.#segments.get(meetingKey(meeting))
    this.term.judge(deletion)
    if (known !== undefined && compareFences(deletion, known.report) < 0) throw sfuErrors.raise.stale_order(known.report)
    this.term.follow(deletion)
    if (known === undefined) return
    this.#segments.delete(meetingKey(meeting))
    this.#tell({ type: 'segmentClosed', meeting })
  }

  /** Follows an order to drain; its people are told to go from the next beat on. */
  drain(order: DrainOrder): DrainReport {
    this.#fence(order)
    this.#drain.order(order)
    this.#tellDrain()
    return this.drainReport()
  }

  /** Follows an order to tell one participant to go; one who is on the way is not told again. */
  move({ epoch, holder, meeting, participant, attachment }: MoveOrder): MoveReport {
    this.#fence({ epoch, holder })
    const person = this.get(meeting)?.participants.find((each) => each.attachment === attachment)
    if (person?.participant !== participant) throw sfuErrors.raise.attachment_gone({})
    if (this.#drain.send(attachment, this.#options.clock.nowMs())) this.#options.onTold?.(meeting, person, 'move')
    return { told: true }
  }

  /** Tells clients other addresses from now on. */
  announce({ epoch, holder, addresses }: AddressOrder): readonly string[] {
    this.#fence({ epoch, holder })
    this.addresses = addresses
    this.addressesGuessed = false
    this.#tell({ type: 'addresses', addresses })
    return addresses
  }

  /** An ICE end for each worker, at the addresses that clients are told. */
  probe(): readonly Probe[] {
    return fakeProbes(this.name, this.addresses, this.cpu.length)
  }

  /** It is told to stop, as by SIGTERM: it drains until then. */
  stopBy(stopsAtMs: number): void {
    this.#drain.stopBy(stopsAtMs)
    this.#tellDrain()
  }

  drainReport(): DrainReport {
    return this.#drain.report(this.segments())
  }

  get(meeting: MeetingRef): SegmentReport | undefined {
    return this.#find(meeting)?.report
  }

  hello(): LoadLine {
    const { boot, name, addresses } = this
    return {
      type: 'hello',
      ...tellEdgeVersion(this.edgeVersion),
      protocol: 1,
      node: name,
      boot,
      version: '0.1.0',
      addresses,
      ...(this.addressesGuessed ? { addressesGuessed: true } : {}),
      capacity: this.capacity,
      highestEpoch: this.term.epoch,
      segments: [...this.segments()],
      ...(this.#drain.isOn ? { drain: this.drainReport() } : {}),
    }
  }

  load(): NodeLoad {
    const participants = this.segments().reduce((sum, { participants: people }) => sum + people.length, 0)
    return fakeLoad({ atMs: this.#options.clock.nowMs(), cpu: this.cpu, participants })
  }

  /** Tells its load to all listeners; the world calls it each second. */
  beat(): void {
    this.#moveSome()
    for (const segment of this.#segments.values()) {
      const later = aSecondLater(segment, this.#signs)
      this.#segments.set(meetingKey(segment.report.meeting), later)
      if (later.report !== segment.report) this.#tell({ type: 'segment', segment: later.report })
    }
    this.#tell({ type: 'load', load: this.load() })
  }

  /** Listens to the lines after the hello; `undefined` ends the stream. Returns what stops it. */
  listen(listener: (line: LoadLine | undefined) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Breaks all load streams. */
  hangUp(): void {
    for (const listener of this.#listeners) listener(undefined)
    this.#listeners.clear()
  }

  /** The process dies and comes back: nothing that it hosted is left. */
  restart(): void {
    this.boot = this.#options.mintUlid()
    this.term.forget()
    this.#segments.clear()
    this.#drain.forget()
    this.hangUp()
  }

  #fence(order: Term): void {
    this.term.judge(order)
    this.term.follow(order)
  }

  #admit(): void {
    if (this.#drain.isOn) throw sfuErrors.raise.node_draining({ reason: this.#drain.reason })
  }

  #mustHaveRoom(segment: FakeSegment, arrival: Arrival): void {
    mustCount(arrival.limit, this.term.epoch)
    mustHavePlace(segment, arrival, this.#rosterOf(segment.report.meeting))
  }

  get #signs(): PeerSigns {
    return this.#options.signs ?? { reaches: () => true, isSpare: () => true, pipesTakeSeconds: 0 }
  }

  #tellDrain(): void {
    this.#tell({ type: 'drain', drain: this.drainReport() })
  }

  #rosterOf(meeting: MeetingRef): ReadonlyMap<string, string> {
    const own = this.get(meeting)?.participants.filter(({ hidden }) => !hidden) ?? []
    return this.#options.roster?.(meeting) ?? new Map(own.map(({ participant, attachment }) => [participant, attachment]))
  }

  /** Who was told long enough ago goes; and while it drains, a second's worth of people are told, at the deadline all. */
  #moveSome(): void {
    const at = { segments: this.segments(), rosterOf: (meeting: MeetingRef) => this.#rosterOf(meeting) }
    const { told, gone } = this.#drain.beat({ ...at, nowMs: this.#options.clock.nowMs() })
    for (const { meeting, person } of told) this.#options.onTold?.(meeting, person, 'drain')
    for (const { person } of gone) this.detach(person.attachment)
    if (this.#drain.isOn) this.#tellDrain()
  }

  /** By the name that it has, or by one that it was adopted from. */
  #find(meeting: MeetingRef): FakeSegment | undefined {
    const known = this.#segments.get(meetingKey(meeting))
    return known ?? this.#segments.get(this.#names.get(meetingKey(meeting)) ?? '')
  }

  #make(meeting: MeetingRef, fallback: boolean): FakeSegment {
    const worker = leastLoadedWorker(this.cpu, this.segments())
    return aFakeSegment(meeting, { fallback, createdAtMs: this.#options.clock.nowMs(), worker })
  }

  #set(segment: FakeSegment): void {
    this.#segments.set(meetingKey(segment.report.meeting), segment)
    this.#tell({ type: 'segment', segment: segment.report })
  }

  #tell(line: LoadLine): void {
    for (const listener of this.#listeners) listener(line)
  }
}
