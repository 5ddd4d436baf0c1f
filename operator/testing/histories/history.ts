import { specDefaults } from '../../../crds/index.ts'
import { CodedError } from '../../../kit/errors.ts'
import { seededRandom } from '../../../kit/seededRandom.ts'
import type { GrantClaims } from '../../../sfu/api/grant.ts'
import type { PlacementAnswer } from '../../api/placement.ts'
import { kinds } from '../../kube/kinds.ts'
import type { Call, CallFault } from '../faults/callFault.ts'
import { Counters } from '../faults/counters.ts'
import { Weather } from '../faults/weather.ts'
import { arrive } from './historyArrival.ts'
import { meetingObjects, placesOf } from './historyMeetings.ts'
import { hostedByMeeting } from '../invariants/hosted.ts'
import { namedFaults, watchAlways } from '../invariants/always.ts'
import { HotLoops } from '../invariants/hotLoops.ts'
import { Seats } from '../invariants/seats.ts'
import { limitIn } from '../world/simulatedOperator.ts'
import { namespace, Simulation } from '../world/simulation.ts'

const regions = ['eu-west', 'us-east'] as const
const euNodes = ['eu-1', 'eu-2', 'eu-3'] as const
const usNodes = ['us-1', 'us-2', 'us-3'] as const

/** A media node waits this long for the order that gives it the place of a grant; a fake one asks so often whether it has come. */
const placeWithinMs = 1_000
const askEveryMs = 100
/** A client takes this long at most from its grant to its attachment; a slow one comes when its seat is about to fall. */
const attachWithinMs = [2_000, 2_000, 18_000] as const
/** Wall clocks of operators differ by this much at most, in the histories in which they do. */
const skewAtMostMs = 5_000
/** For how long a new pipe is down: between two machines a moment, or where one of them has much to do, seconds. */
const pipeSeconds = [0, 0, 1, 2] as const

/** What a media node may say to somebody who comes with a grant. */
const refusals = new Set(['node_draining', 'meeting_full', 'grant_superseded', 'no_place_here'])

/** Where somebody is, as their client knows it. */
export interface Place {
  readonly attachment: string
  readonly node: string
}

/** A grant that a client has. */
interface Granted extends Place {
  readonly meeting: { readonly namespace: string; readonly name: string; readonly incarnation: string }
  readonly participant: string
  /** A client that was given several uses the last one. */
  readonly number: number
  readonly limit: GrantClaims['limit']
}

/**
 * One history: people join and leave while nodes, operators, the API server and the ways between them fail, all by one seed. What must hold
 * at every moment is watched meanwhile; what must hold after {@link History.heal}, when everything works again, is in `invariants/eventually.ts`.
 */
export class History {
  readonly simulation: Simulation
  readonly random: () => number
  /** Where each participant of each meeting is, by `meeting participant`. */
  readonly people = new Map<string, Place>()
  readonly counters = new Counters()
  readonly weather: Weather
  /** What happened, for the one who has to find out why. */
  readonly told: string[] = []
  /** Clients do not reach the operator. */
  clientsCut = false
  /** What broke of what must always hold. */
  readonly broken: () => readonly string[]
  readonly #hotLoops: HotLoops
  readonly #seats: Seats
  readonly #skewed: boolean
  /** The last grant that the client of each participant has used, by its number. */
  readonly #used = new Map<string, number>()
  #grants = 0
  #operators = 0

  constructor(seed: number, { pipesTakeSeconds }: { readonly pipesTakeSeconds?: number } = {}) {
    this.random = seededRandom(seed)
    this.simulation = new Simulation({ random: this.random })
    const { simulation, counters } = this
    this.weather = new Weather(this.random, counters)
    this.#skewed = this.random() < 0.5
    simulation.pipesTakeSeconds = pipesTakeSeconds ?? this.pick(pipeSeconds)
    simulation.pool('eu')
    simulation.pool('us')
    for (const name of euNodes) simulation.node(name, 'eu')
    for (const name of usNodes) simulation.node(name, 'us')
    for (const name of meetingObjects) this.makeMeeting(name)
    simulation.onMoved = (meeting, { participant, attachment }, to) => {
      const key = `${meeting} ${participant}`
      if (this.people.get(key)?.attachment === attachment) this.people.set(key, to)
      else simulation.leave(to.attachment) // They have left, or joined again by themselves.
    }
    this.#hotLoops = new HotLoops(simulation)
    this.#seats = new Seats(simulation)
    const always = watchAlways(simulation)
    this.broken = () => [
      ...always(),
      ...namedFaults('hot loops', this.#hotLoops.faults),
      ...namedFaults('seats', this.#seats.faults),
    ]
    simulation.listeners.push({ cut: ({ to }) => counters.add(`${to} cut off`), taken: () => this.#look() })
    const fault = (call: Call, operator: string): CallFault =>
      this.#hotLoops.isOne(call, operator) ? 'crashBefore' : this.weather.call(call)
    simulation.faults.agentCall = (_, call, operator) => fault(call, operator)
    simulation.faults.apiCall = fault
    simulation.faults.apiAnswer = (call) => this.weather.api(call)
    simulation.faults.watchEvent = (call) => this.weather.event(call)
  }

  readonly pick = <T>(items: readonly T[]): T => {
    const item = items[Math.floor(this.random() * items.length)]
    if (item === undefined) throw new Error('nothing to pick from')
    return item
  }

  makeMeeting(name: (typeof meetingObjects)[number]): void {
    const maxParticipants = placesOf[name]
    const capacity = maxParticipants === undefined ? {} : { capacity: { maxParticipants } }
    const topology = name === 'townhall' ? 'Star' : 'Auto'
    this.simulation.meeting(name, { ...capacity, cascade: { ...specDefaults.Meeting.cascade, topology } })
  }

  startOperator(): void {
    this.#operators += 1
    const skew = (): number => (this.#skewed ? Math.round((this.random() * 2 - 1) * skewAtMostMs) : 0)
    if (this.#skewed) this.counters.add('clock skew')
    this.simulation.operator(`operator-${this.#operators}`, { wallMs: skew(), monotonicMs: Math.abs(skew()) * 1_000 })
  }

  tell(what: string): void {
    this.told.push(`${(this.simulation.clock.monotonicMs() / 1_000).toFixed(3)} ${what}`)
  }

  /** Everything works again from now on. */
  heal(): void {
    const { simulation } = this
    this.tell('heal')
    this.weather.end()
    this.clientsCut = false
    simulation.cluster.holdWatches(false)
    for (const cuts of [simulation.cut, simulation.cutWays, simulation.cutFromApi, simulation.cutPeers]) cuts.clear()
    for (const operator of simulation.operators.values()) simulation.resume(operator)
    for (const node of [...simulation.down]) simulation.start(node)
    for (const node of simulation.nodes.keys()) simulation.drain(node, undefined)
    for (const name of meetingObjects) simulation.editMeeting(name, { schedule: specDefaults.Meeting.schedule })
    if (simulation.operators.size === 0) this.startOperator()
  }

  /** Clients that their node has lost join again. */
  async rejoin(): Promise<void> {
    for (const [key, place] of [...this.people]) {
      if (this.isThere(place)) continue
      const [meeting = '', participant = ''] = key.split(' ')
      await this.#joinSurely(meeting, participant, { excludeNodes: [place.node] })
    }
  }

  /**
   * `hasLostMedia`: they say that where they are nothing comes, whether that is so or not; `elsewhere`: they reach no node that hosts it;
   * `only`: they reach this node only.
   */
  async join(
    meeting: string,
    participant: string,
    how: { hasLostMedia?: boolean; elsewhere?: boolean; only?: string } = {},
  ): Promise<void> {
    const { hasLostMedia = false, elsewhere = false, only } = how
    const { simulation } = this
    const key = `${meeting} ${participant}`
    const unreached = [...simulation.nodes.values()].filter(
      (node) =>
        (only !== undefined && node.name !== only) ||
        (elsewhere && node.segments().some((each) => each.meeting.name === meeting)),
    )
    const answer = await this.#ask(key, [...this.#failing(key, hasLostMedia), ...unreached.map(({ name }) => name)])
    if (answer?.result !== 'placed' || this.random() < 0.1) return
    const grant = {
      number: ++this.#grants,
      meeting: answer.meeting,
      participant,
      attachment: answer.attachment,
      node: answer.node,
      limit: limitIn(answer.grant),
    }
    if (this.random() < 0.5) this.attach(key, grant)
    else simulation.clock.after(this.random() * this.pick(attachWithinMs), () => this.attach(key, grant))
  }

  /** Asks the leader for a place; nothing where none is reached. */
  async #ask(key: string, excludeNodes: string[]): Promise<PlacementAnswer | undefined> {
    const { simulation } = this
    const leaders = simulation.leaders()
    if (this.clientsCut || leaders.length === 0) return undefined
    const of = this.pick(leaders)
    const [meeting = '', participant = ''] = key.split(' ')
    const taken = this.#seats.takenIn(meeting, of)
    const answer = await simulation.place(meeting, participant, { of, region: this.pick(regions), excludeNodes })
    this.counters.add(`join ${answer.result}`)
    if (answer.result !== 'placed') return answer
    this.#seats.given(meeting, of, taken)
    return answer
  }

  /** A client attaches with its grant; what it had before it lets go. */
  attach(key: string, granted: Granted, { fallback = false, waitedMs = 0 } = {}): void {
    const { meeting, participant, attachment, node, number, limit } = granted
    const { simulation, people } = this
    if (simulation.down.has(node) || (this.#used.get(key) ?? 0) > number) return
    this.#used.set(key, number)
    const before = people.get(key)
    if (before !== undefined) simulation.leave(before.attachment)
    try {
      simulation.nodes.get(node)?.attach(meeting, { participant, attachment, fallback, limit })
      people.set(key, { attachment, node })
    } catch (thrown) {
      people.delete(key)
      this.#refused(key, granted, { waitedMs, thrown })
    }
  }

  /** The node waits for the order that gives it the place; or it drains, or others took the last one meanwhile: the client would try elsewhere. */
  #refused(key: string, granted: Granted, { waitedMs, thrown }: { waitedMs: number; thrown: unknown }): void {
    if (!(thrown instanceof CodedError) || !refusals.has(thrown.code)) throw thrown
    const waits = thrown.code === 'no_place_here' && granted.limit?.epoch !== undefined && waitedMs < placeWithinMs
    if (!waits) this.counters.add(`attach ${thrown.code}`)
    else this.simulation.clock.after(askEveryMs, () => this.attach(key, granted, { waitedMs: waitedMs + askEveryMs }))
  }

  /** Somebody joins each meeting that everybody has left. */
  async fill(): Promise<void> {
    const hosted = hostedByMeeting(this.simulation)
    const known = new Set([
      ...hosted.keys(),
      ...this.simulation.cluster.objects(kinds.Meeting).map(({ metadata }) => metadata.name),
    ])
    const isEmpty = (name: string): boolean => (hosted.get(name) ?? []).every(({ report }) => report.participants.length === 0)
    for (const name of [...known].filter(isEmpty)) await this.#joinSurely(name, 'p0')
  }

  /** The node that failed somebody, by what their client knows. */
  #failing(key: string, hasLostMedia: boolean): string[] {
    const before = this.people.get(key)
    return before !== undefined && (hasLostMedia || !this.isThere(before)) ? [before.node] : []
  }

  /** Joins as a client does for which nothing goes wrong. */
  async #joinSurely(meeting: string, participant: string, wish: { excludeNodes?: string[] } = {}): Promise<void> {
    if (this.simulation.leader() === undefined) return
    const answer = await arrive(this.simulation, { meeting, participant, wish })
    const key = `${meeting} ${participant}`
    if (answer.result === 'refused') this.people.delete(key)
    if (answer.result !== 'placed') return
    const before = this.people.get(key)
    if (before !== undefined) this.simulation.leave(before.attachment) // Told to go, they were back by themselves while this waited.
    this.people.set(key, { attachment: answer.attachment, node: answer.node })
  }

  /** A client of a meeting that no operator can be asked for goes to a node that hosts it, or to any. */
  attachByFallback(
    name: string,
    to: { readonly participant: string; readonly node: string; readonly incarnation: string },
  ): void {
    const key = `${name} ${to.participant}`
    if (this.people.has(key)) return
    const { incarnation, ...who } = to
    const grant = { ...who, number: ++this.#grants, attachment: this.simulation.mintUlid(), limit: undefined }
    this.counters.add('join by fallback')
    this.attach(key, { ...grant, meeting: { namespace, name, incarnation } }, { fallback: true })
  }

  isThere({ attachment, node }: Place): boolean {
    if (this.simulation.down.has(node)) return false
    const reports = this.simulation.nodes.get(node)?.segments() ?? []
    return reports.some(({ participants }) => participants.some((person) => person.attachment === attachment))
  }

  /** Counts what only somebody who sees all can see. */
  #look(): void {
    if (this.simulation.leaders().length > 1) this.counters.add('orders while two lead')
  }
}
