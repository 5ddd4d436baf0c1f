import type { MediaNode, MediaNodePool, Meeting } from '../../crds/index.ts'
import { assertNever } from '../../kit/errors.ts'
import type { LoadLine } from '../../sfu/api/load.ts'
import { Coming } from './coming.ts'
import { doubtOf } from './meetings/doubts.ts'
import { EpochRaises, refusesAll } from './nodes/epochRaises.ts'
import { HeldEvents } from './heldEvents.ts'
import { MediaNodes } from './nodes/mediaNodes.ts'
import { keyOf, type LostPart } from './meetings/meetingFacts.ts'
import type { MeetingEntry, Segment } from './meetings/meetingEntry.ts'
import { Meetings } from './meetings/meetings.ts'
import { Moves, personOf } from './people/moves.ts'
import { Namespaces } from './namespaces.ts'
import type { AgentFault, NodeWhere } from './nodes/nodeEntry.ts'
import { isStale } from './nodes/nodeState.ts'
import { pipeWitnesses } from './meetings/pipesDown.ts'
import { servesSame } from './pools/poolChange.ts'
import { PoolNeeds } from './pools/poolNeeds.ts'
import { Reservations } from './load/reservations.ts'
import { noteScreens } from './reserve.ts'
import { WaitingLine } from './people/waitingLine.ts'
import { regionOf, whyLost } from './whyLost.ts'

/** Who is told that something changed. Each is called synchronously and often; it only marks what to look at. */
export interface LedgerEvents {
  /** `namespace/name`. */
  readonly meeting: (key: string) => void
  readonly node: (name: string) => void
  readonly pool: (name: string) => void
  /** A node is lost and its people were dropped: they may be placed anew before anybody else is. */
  readonly lost: (node: LostNode) => void
}

/** A node that is lost, and what the meetings had there. */
export interface LostNode {
  readonly node: string
  /** In words. */
  readonly why: string
  /** Where it stood; undefined where that is not known any more. */
  readonly region: string | undefined
  readonly parts: readonly LostPart[]
}

/** What is kept by the ten thousand has times in whole milliseconds: V8 keeps those within an object, and a fraction in another beside it. */
export const wholeMs = (atMs: number): number => Math.floor(atMs)

/** For how long a meeting without object that stands nowhere is remembered. */
const forgottenAfterMs = 360_000

/**
 * What this replica knows, in memory: objects as they were watched, nodes and segments as the media nodes tell them, and, on the leader,
 * the placements of the last minute. A replica that begins learns all but the last from others. Times are monotonic milliseconds.
 */
export class Ledger {
  readonly nodes: MediaNodes
  readonly meetings: Meetings
  readonly reservations: Reservations
  readonly namespaces = new Namespaces()
  readonly moves = new Moves()
  readonly line = new WaitingLine()
  readonly coming: Coming
  readonly #events: HeldEvents
  readonly #epochRaises = new EpochRaises()
  readonly #lost = new Set<string>()
  /** What nodes are not believed for, in words: their streams end by their next line. */
  readonly #doubts = new Map<string, string>()
  readonly #poolNeeds = new PoolNeeds()
  #nowMs = 0

  constructor(events: LedgerEvents) {
    this.#events = new HeldEvents(events)
    this.nodes = new MediaNodes({
      changed: (name) => this.#nodeChanged(name),
      respecified: (name) => this.#events.node(name),
      pipesTo: (node, nowMs) =>
        pipeWitnesses(this.meetings.on(node), { node, isHeard: (name) => this.#isHeard(name, nowMs), nowMs }),
    })
    this.reservations = new Reservations((spot, cost, sign) => this.nodes.reserve(spot, cost, sign))
    this.coming = new Coming(this.nodes)
    this.meetings = new Meetings({
      changed: this.#events.meeting,
      told: (entry, segment, nowMs) => this.#segmentTold(entry, segment, nowMs),
      left: ({ reservation }) => reservation !== undefined && this.reservations.drop(reservation),
      poolOf: (node) => this.nodes.get(node)?.object.spec.pool ?? '',
    })
  }

  putPool(pool: MediaNodePool, nowMs: number): void {
    this.#nowMs = nowMs
    const before = this.nodes.pools()
    const same = servesSame(this.nodes.pool(pool.metadata.name), pool)
    this.nodes.putPool(pool, nowMs)
    this.#events.pool(pool.metadata.name)
    if (!same) this.#poolsChanged(before)
  }

  removePool(name: string, nowMs: number): void {
    this.#nowMs = nowMs
    const before = this.nodes.pools()
    this.nodes.removePool(name, nowMs)
    this.#events.pool(name)
    this.#poolsChanged(before)
  }

  putNode(node: MediaNode, where: NodeWhere, nowMs: number): void {
    this.#nowMs = nowMs
    this.nodes.putNode(node, where, nowMs)
  }

  removeNode(name: string, nowMs: number): void {
    this.#nowMs = nowMs
    const pool = this.nodes.get(name)?.object.spec.pool
    this.nodes.removeNode(name)
    this.#epochRaises.forget(name)
    this.#doubts.delete(name)
    if (pool !== undefined) this.#events.pool(pool)
  }

  putMeeting(meeting: Meeting, nowMs: number): void {
    const entry = this.meetings.open(meeting.metadata.namespace, meeting.metadata.name, nowMs)
    this.meetings.putObject(meeting, nowMs)
    this.#noteNeed(entry)
  }

  removeMeeting(meeting: Meeting, nowMs: number): void {
    const entry = this.meetings.get(keyOf(meeting.metadata))
    this.meetings.removeObject(meeting.metadata, nowMs)
    if (entry !== undefined) this.#noteNeed(entry)
  }

  /**
   * Takes in one line of a node's load stream. The line was validated, and its node's name compared. Answers what of it cannot be true, in
   * words: then nothing of it was taken in.
   */
  hear(node: string, line: LoadLine, atMs: number): string | undefined {
    const doubt = doubtOf(this.meetings, node, line) ?? this.#doubts.get(node)
    this.#doubts.delete(node)
    if (doubt !== undefined) return doubt
    if (line.type !== 'hello' && line.type !== 'load') this.nodes.heard(node, wholeMs(atMs))
    if (line.type === 'hello') this.#events.whole(() => this.#take(node, line, wholeMs(atMs)))
    else this.#take(node, line, wholeMs(atMs))
    return undefined
  }

  /** The same for a line that was sent long ago: what it says counts but for its load, and its node is not heard by it. */
  hearLate(node: string, line: LoadLine, atMs: number): string | undefined {
    const doubt = doubtOf(this.meetings, node, line)
    if (doubt === undefined && line.type !== 'load') this.#take(node, line, wholeMs(atMs))
    return doubt
  }

  /**
   * The node refused an order for its `epoch`: how far ours is to rise for it beyond what is known. Undefined for one for which it rose often
   * enough: that is not believed, and told nothing more, until it has introduced itself again.
   */
  refusedForEpoch(node: string, epoch: number, nowMs: number): number | undefined {
    const beyond = this.#epochRaises.beyond(node, epoch, nowMs)
    if (beyond === undefined) this.disbelieve(node, refusesAll, nowMs)
    return beyond
  }

  /**
   * The node contradicts itself: from now on it is not believed, in words, and told nothing, until it has introduced itself again. Returns the
   * error of whoever asked it.
   */
  disbelieve(node: string, why: string, nowMs: number): Error {
    this.#doubts.set(node, why)
    this.fault(node, { message: `its agent ${why}` }, nowMs)
    return new Error(why)
  }

  /** The node's address refused a connection: with silence, the second sign of its death. */
  refused(node: string, nowMs: number): void {
    this.#nowMs = nowMs
    this.nodes.refused(node, nowMs)
  }

  /** A try to hear the node failed: why, for people. It is no sign of anything. */
  unanswered(node: string, why: string, nowMs: number): void {
    this.#nowMs = nowMs
    this.nodes.unanswered(node, why, nowMs)
  }

  /**
   * A participant of a meeting names media nodes that failed them. Those that they are on have lost their media: with silence, the second
   * sign of a node's death, where several tell it. One that they only hold a grant for may have been full, and one that they were told to
   * leave has failed nobody.
   */
  lostMedia(of: { meeting: string; participant: string; nodes: readonly string[]; bearer: string }, nowMs: number): void {
    this.#nowMs = nowMs
    const entry = this.meetings.get(of.meeting)
    if (entry === undefined) return
    const report = { participant: `${entry.namespace}/${of.participant}`, bearer: of.bearer }
    const person = personOf(entry, of.participant)
    for (const node of of.nodes) {
      if (entry.people.isOn(of.participant, node) && !this.moves.leaves(person, node, nowMs))
        this.nodes.lostMedia(node, report, nowMs)
    }
  }

  /** Looks for second signs of the death of nodes that are silent. Costs what stands on those; call it now and then. */
  judgeSilent(nowMs: number): void {
    this.#nowMs = nowMs
    this.nodes.judgeSilent(nowMs)
  }

  /** The agent at the node's address is not to be believed. */
  fault(node: string, fault: AgentFault, nowMs: number): void {
    this.#nowMs = nowMs
    this.nodes.fault(node, fault, nowMs)
  }

  /** What only time changes: silent nodes, unmeasured placements. Costs what it finds; call it before a decision and now and then. */
  sweep(nowMs: number): void {
    this.#nowMs = nowMs
    this.nodes.sweep(nowMs)
    this.reservations.sweep(nowMs)
  }

  /** The same of one meeting: unused grants, and that it is forgotten. Each is to be looked at now and then. */
  expire(entry: MeetingEntry, nowMs: number): void {
    this.meetings.sweep(entry, nowMs)
    this.meetings.forgetIfEmpty(entry, forgottenAfterMs, nowMs)
  }

  #isHeard(name: string, nowMs: number): boolean {
    const node = this.nodes.get(name)
    return node?.heardAtMs !== undefined && !isStale(node, nowMs) && node.fault === undefined
  }

  /** A segment told of its people: what they cost shows from now on, or is to be expected. */
  #segmentTold(entry: MeetingEntry, segment: Segment, nowMs: number): void {
    noteScreens(this, entry, { at: segment, nowMs })
    for (const { reservation } of entry.people.beginToShow(segment.report?.participants ?? []))
      if (reservation !== undefined) this.reservations.beginsToShow(reservation, nowMs)
  }

  #take(node: string, line: LoadLine, nowMs: number): void {
    this.#nowMs = nowMs
    switch (line.type) {
      case 'hello':
        this.nodes.hello(node, line, nowMs)
        this.meetings.hosts(node, line.segments, nowMs)
        return
      case 'load':
        this.nodes.load(node, line.load, nowMs)
        return
      case 'segment':
        this.nodes.follows(node, line.segment.epoch)
        this.meetings.report(node, line.segment, nowMs)
        return
      case 'segmentClosed':
        this.meetings.closed(node, line.meeting, nowMs)
        return
      case 'addresses':
        this.nodes.addresses(node, line.addresses, nowMs)
        return
      case 'drain':
        this.nodes.drain(node, { report: line.drain }, nowMs)
        return
      default:
        assertNever(line)
    }
  }

  #noteNeed(entry: MeetingEntry): void {
    if (entry.object === undefined) this.#poolNeeds.remove(entry)
    else this.#poolNeeds.put(entry, entry.object)
  }

  /** Another pool, or other namespaces or labels of one, may be what a meeting waits for, or all that it had. */
  #poolsChanged(before: readonly MediaNodePool[]): void {
    for (const key of this.#poolNeeds.toldOtherwise(before, this.nodes.pools())) this.#events.meeting(key)
  }

  #nodeChanged(name: string): void {
    const node = this.nodes.get(name)
    this.#dropIfLost(name)
    this.#events.node(name)
    if (node !== undefined) this.#events.pool(node.object.spec.pool)
    for (const { key } of this.meetings.on(name)) this.#events.meeting(key)
  }

  /** The people of a node that is lost, or whose object is gone, may be placed anew. */
  #dropIfLost(name: string): void {
    const node = this.nodes.get(name)
    const why = whyLost(node, this.#nowMs)
    if (why === undefined) this.#lost.delete(name)
    else if (!this.#lost.has(name)) {
      this.#lost.add(name)
      const parts = this.meetings.dropNode(name, this.#nowMs)
      if (parts.length > 0) this.#events.lost({ node: name, why, region: node?.region ?? regionOf(parts), parts })
    }
    if (node === undefined) this.#lost.delete(name) // Names of media nodes that pools make do not come again.
  }
}
