import type { MediaNode } from '../../../crds/index.ts'
import { ulidSource, type MintUlid } from '../../../kit/ids.ts'
import { silentLog, type Log } from '../../../kit/log.ts'
import { virtualClock, type VirtualClock } from '../../../kit/virtualClock.ts'
import type { MeetingRef } from '../../../sfu/api/identity.ts'
import type { SegmentReport } from '../../../sfu/api/order.ts'
import type { PlacementAnswer, PlacementRequest } from '../../api/placement.ts'
import { fakeCluster } from '../../kube/fakeApi.ts'
import { kinds } from '../../kube/kinds.ts'
import { haveFailed } from '../../ledger/haveFailed.ts'
import { personOf } from '../../ledger/people/moves.ts'
import type { PodSettings } from '../../wiring/pods.ts'
import { FakeMediaNode, type FakeMediaNodeOptions } from '../fakes/fakeMediaNode.ts'
import { rosterOf } from '../fakes/fakeRoster.ts'
import type { Call } from '../faults/callFault.ts'
import type { SimulatedFaults } from '../faults/simulatedFaults.ts'
import type { Skew } from '../faults/processClock.ts'
import { isSpare } from '../fakes/mediaWays.ts'
import { allEars, type SimulatedEars } from './simulatedEars.ts'
import { namespace, pools, SimulatedObjects, type PoolName } from './simulatedObjects.ts'
import { limitIn, simulatedOperator, type SimulatedOperator } from './simulatedOperator.ts'
import { takersOf } from './takers.ts'

export { namespace } from './simulatedObjects.ts'

/** An order passes this many turns of the event loop at most from its plan to the status. */
const turnsToRest = 20
/** A client that found no place asks again after this. */
const rejoinAfterMs = 2_000

/** Who comes back may do what they did. */
const rightsOf = ({ publishing, hidden }: { publishing: boolean; hidden: boolean }): PlacementRequest['rights'] => ({
  publish: publishing ? ['microphone', 'camera'] : [],
  subscribe: true,
  hidden,
})

/**
 * A whole installation in memory: API server, media nodes that speak the true contract, operators, and people who join and leave. Time
 * stands still until it is moved, and what happens depends on `random` only.
 */
export class Simulation extends SimulatedObjects {
  readonly clock: VirtualClock
  readonly mintUlid: MintUlid
  readonly nodes = new Map<string, FakeMediaNode>()
  /** Nodes whose process is not there. */
  readonly down = new Set<string>()
  /** Nodes that nobody reaches, though they live. */
  readonly cut = new Set<string>()
  /** Nodes, and addresses, at which no client reaches anything. */
  readonly blocked = new Set<string>()
  readonly operators = new Map<string, SimulatedOperator>()
  /** Ways between one operator and one node that are cut: `operator node`. */
  readonly cutWays = new Set<string>()
  /** Operators that do not reach the API server. */
  readonly cutFromApi = new Set<string>()
  /** When operators that were paused went on. */
  readonly resumedAtMs = new Map<string, number>()
  /** Pairs of nodes that do not reach each other, by name: `a b`. */
  readonly cutPeers = new Set<string>()
  /** For how many seconds a new pipe is down. */
  pipesTakeSeconds = 0
  readonly faults: SimulatedFaults = {
    agentCall: () => undefined,
    apiCall: () => undefined,
    apiAnswer: () => undefined,
    watchEvent: () => undefined,
  }
  /** Who is told what happens. */
  readonly listeners: Partial<SimulatedEars>[] = []
  readonly #ears = allEars(this.listeners)
  /** Somebody whom a draining node told to go is back on another one. */
  onMoved: (meeting: string, who: { participant: string; attachment: string }, to: { node: string; attachment: string }) => void =
    () => undefined
  readonly random: () => number
  /** What operators are given to make Pods by, from when they start. */
  pods: Pick<PodSettings, 'mediaImage' | 'givenPools'> = { mediaImage: '', givenPools: [] }
  /** Namespaces whose meetings operators serve, from when they start; none means all. */
  serves: readonly string[] = [namespace]
  readonly #log: Log
  /** Names of agents by the addresses of their Pods. */
  readonly #names = new Map<string, string>()
  #keys = 0

  constructor(options: { random?: () => number; log?: Log } = {}) {
    const clock = virtualClock()
    super(fakeCluster(clock))
    this.clock = clock
    this.random = options.random ?? (() => 0.5)
    this.#log = options.log ?? silentLog
    this.mintUlid = ulidSource(
      () => this.clock.nowMs(),
      () => Math.floor(this.random() * 256),
    )
    this.clock.every(1_000, () => {
      for (const [name, node] of this.nodes) if (!this.down.has(name)) node.beat()
    })
  }

  /** A media node that is registered by its address. */
  node(name: string, pool: PoolName): FakeMediaNode {
    const node = this.agent(name, pool)
    const spec = { pool, address: `http://${name}:1`, workers: 1, cordoned: false }
    this.cluster.put<MediaNode>(kinds.MediaNode, { metadata: { name, namespace, generation: 1 }, spec })
    return node
  }

  /** The agent of a media node, without an object; it answers at its name, and at `ip`. */
  agent(name: string, pool: PoolName, ip?: string): FakeMediaNode {
    const { clock, mintUlid } = this
    const onTold: FakeMediaNodeOptions['onTold'] = (meeting, person, why) => {
      this.#ears.told({ node: name, meeting, person, why })
      void this.#comeBack(meeting.name, person, { excludeNodes: [name], region: pools[pool], rights: rightsOf(person) })
    }
    const node = new FakeMediaNode({
      ...{ name, clock, mintUlid, onTold },
      onAttached: (meeting, arrival) => this.#ears.attached(meeting, arrival, name),
      roster: (meeting) => rosterOf(this.nodes, meeting, name),
      signs: this.#signsOf(name),
    })
    this.nodes.set(name, node)
    if (ip !== undefined) this.#names.set(ip, name)
    return node
  }

  #signsOf(name: string): NonNullable<FakeMediaNodeOptions['signs']> {
    const { pipesTakeSeconds } = this
    return {
      ...{ pipesTakeSeconds, reaches: (peer) => this.reaches(name, peer) },
      isSpare: (meeting, peer) => isSpare(this.wayPoints(meeting), name, peer),
    }
  }

  /** Whether one media node reaches another. */
  reaches(one: string, other: string): boolean {
    return !this.down.has(other) && !this.cutPeers.has([one, other].toSorted().join(' '))
  }

  /** The segments of a meeting on the nodes that live, as media sees them. */
  wayPoints(meeting: MeetingRef): ReadonlyMap<string, SegmentReport> {
    const points = [...this.nodes].flatMap(([name, node]) => {
      const report = this.down.has(name) ? undefined : node.get(meeting)
      return report === undefined ? [] : [[name, report] as const]
    })
    return new Map(points)
  }

  /** The agent's process has ended for good. */
  forget(name: string): void {
    this.nodes.get(name)?.hangUp()
    this.nodes.delete(name)
  }

  /** Starts an operator process, whose clocks differ from the world's by `skew`. */
  operator(name: string, skew: Skew = { wallMs: 0, monotonicMs: 0 }): SimulatedOperator {
    const { cluster, clock, random, pods, serves, faults } = this
    const ears = this.#ears
    const operator = simulatedOperator({
      ...{ name, namespace, cluster, clock, random, skew, pods, serves },
      log: this.#log,
      nodeAt: (url) => this.#nodeAt(url),
      ask: async ({ usernameFragment }, target) => !this.blocked.has(usernameFragment) && !this.blocked.has(target.address),
      faults: {
        call: (call) => (call.to === 'agent' ? faults.agentCall(call.about, call, name) : faults.apiCall(call, name)),
        api: (call) => faults.apiAnswer(call, name),
        event: (call) => faults.watchEvent(call, name),
      },
      isCut: (call) => this.#isCut(call, name),
      ears,
      onEnd: () => this.operators.delete(name),
    })
    if (operator.life.alive) this.operators.set(name, operator) // Else its first call was its last.
    return operator
  }

  /** An operator that was paused goes on; what it was told meanwhile it reads now. */
  resume({ name, life }: SimulatedOperator): void {
    if (life.paused) this.resumedAtMs.set(name, this.clock.monotonicMs())
    life.resume()
  }

  /** Those who lead as far as they know: more than one where the Lease was lost, or its holder was paused. */
  leaders(): readonly SimulatedOperator[] {
    return [...this.operators.values()].filter(({ control, life }) => !life.paused && control.leads())
  }

  leader(): SimulatedOperator | undefined {
    return this.leaders()[0]
  }

  /** Asks the leader for a place, or the one `of` those that believe to be it. */
  async place(
    meeting: string,
    participant: string,
    { of, ...more }: Partial<PlacementRequest> & { readonly of?: SimulatedOperator } = {},
  ): Promise<PlacementAnswer> {
    const leader = of ?? this.leader()
    if (leader === undefined) throw new Error('nobody leads')
    this.#keys += 1
    const person = personOf({ namespace, name: meeting }, participant)
    const isMeant = leader.world.ledger.moves.of(person, more.replaces, leader.clock.monotonicMs())?.to !== undefined
    const request: PlacementRequest = {
      participant,
      displayName: participant,
      rights: { publish: ['microphone', 'camera'], subscribe: true, hidden: false },
      idempotencyKey: `simulated-${this.#keys}`,
      ...more,
    }
    const { excludeNodes: unwanted = [] } = request
    this.#ears.asked({ unwanted })
    const takers = takersOf(leader, { namespace, name: meeting, ...request })
    const placing = leader.placer.place({ namespace, name: meeting }, request, 'signaling')
    const failed = haveFailed(leader.world.ledger.nodes, unwanted, leader.clock.monotonicMs())
    const answer = await placing
    if (answer.result === 'placed') {
      const { node } = answer
      this.#ears.gavePlace({ operator: leader, meeting: answer.meeting, participant, node, isMeant, takers, failed })
    }
    return answer
  }

  /** Joins as a client does: asks, then attaches with the grant. */
  async join(meeting: string, participant: string, more: Partial<PlacementRequest> = {}): Promise<PlacementAnswer> {
    const answer = await this.place(meeting, participant, more)
    if (answer.result !== 'placed') return answer
    const limit = limitIn(answer.grant)
    // An order gives the node the place where a meeting has a capacity; a real one waits for it.
    if (limit !== undefined) await this.pass(0)
    const publishing = more.rights === undefined || more.rights.publish.length > 0
    this.#nodeAt(answer.url)?.attach(answer.meeting, { participant, attachment: answer.attachment, limit, publishing })
    return answer
  }

  /** What a client does that a draining node has told to go: it asks for another place until it has one, as long as anybody leads. */
  async #comeBack(
    meeting: string,
    { participant, attachment }: { participant: string; attachment: string },
    wish: Partial<PlacementRequest>,
  ): Promise<void> {
    const led = this.leader() !== undefined
    // Its grant may be for a node that has begun to drain meanwhile, or that has died.
    const joining = led ? this.join(meeting, participant, { replaces: attachment, ...wish }) : Promise.resolve(undefined)
    const answer = await joining.catch(() => undefined)
    if (answer?.result === 'placed') this.onMoved(meeting, { participant, attachment }, answer)
    if (answer?.result === 'placed' || answer?.result === 'refused') return
    this.clock.after(rejoinAfterMs, () => void this.#comeBack(meeting, { participant, attachment }, wish))
  }

  /** Nothing comes from a node by any pipe, or everything does again. */
  setPipes(name: string, up: boolean): void {
    for (const each of this.nodes.keys()) {
      const pair = [name, each].toSorted().join(' ')
      if (up) this.cutPeers.delete(pair)
      else if (each !== name) this.cutPeers.add(pair)
    }
  }

  /** Leaves wherever the attachment is. */
  leave(attachment: string): void {
    for (const node of this.nodes.values()) node.detach(attachment)
  }

  /** The process of a node dies; `start` brings it back with nothing. */
  kill(name: string): void {
    this.down.add(name)
    this.nodes.get(name)?.hangUp()
  }

  start(name: string): void {
    this.down.delete(name)
    this.nodes.get(name)?.restart()
  }

  /** Lets time pass, and what was begun at its end come to rest. */
  async pass(durationMs: number): Promise<void> {
    await this.clock.advance(durationMs)
    for (let turn = 0; turn < turnsToRest; turn++) await this.clock.advance(0)
  }

  #isCut(call: Call, operator: string): boolean {
    const { to, about, verb } = call
    const cut = to === 'agent' ? this.cut.has(about) || this.cutWays.has(`${operator} ${about}`) : this.cutFromApi.has(operator)
    if (cut && verb !== 'loadStream') this.#ears.cut(call, operator)
    return cut
  }

  #nodeAt(url: string): FakeMediaNode | undefined {
    const { hostname } = new URL(url)
    const name = this.#names.get(hostname) ?? hostname
    return this.down.has(name) ? undefined : this.nodes.get(name)
  }
}
