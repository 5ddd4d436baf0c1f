import { specDefaults, type MediaNode, type MediaNodePool, type Meeting, type MeetingSpec } from '../../crds/index.ts'
import { ulidSource, type MintUlid } from '../../kit/ids.ts'
import { createMetrics } from '../../kit/metrics.ts'
import { silentLog, type Log } from '../../kit/log.ts'
import { virtualClock, type VirtualClock } from '../../kit/virtualClock.ts'
import type { PlacementAnswer, PlacementRequest } from '../api/placement.ts'
import { createPlacer, type Placer } from '../effects/placer.ts'
import { fakeCluster, type FakeCluster } from '../kube/fakeApi.ts'
import { kinds } from '../kube/kinds.ts'
import { kubeMetrics } from '../kube/metrics.ts'
import { operatorMetrics } from '../metrics.ts'
import { createControl, type Control } from '../wiring/control.ts'
import type { PodSettings } from '../wiring/pods.ts'
import { createWorld, type World } from '../wiring/world.ts'
import { fakeAgents, type CallFault } from './fakeAgents.ts'
import { FakeMediaNode, type FakeMediaNodeOptions } from './fakeMediaNode.ts'

/** One operator process of the simulation. */
export interface SimulatedOperator {
  readonly name: string
  readonly world: World
  readonly control: Control
  readonly placer: Placer
  /** It is gone from one moment to the next; the Lease is not released. */
  kill(): Promise<void>
  /** It stops in good order. */
  stop(): Promise<void>
}

/** What can go wrong, asked anew for each call. */
export interface SimulatedFaults {
  agentCall: (node: string) => CallFault
}

export const namespace = 'demo'
const pools = { eu: 'eu-west', us: 'us-east' } as const
/** An order passes this many turns of the event loop at most from its plan to the status. */
const turnsToRest = 20
/** A client that found no place asks again after this. */
const rejoinAfterMs = 2_000
type PoolName = keyof typeof pools

/**
 * A whole installation in memory: API server, media nodes that speak the true contract, operators, and people who join and leave. Time
 * stands still until it is moved, and what happens depends on `random` only.
 */
export class Simulation {
  readonly clock: VirtualClock = virtualClock()
  readonly cluster: FakeCluster
  readonly mintUlid: MintUlid
  readonly nodes = new Map<string, FakeMediaNode>()
  /** Nodes whose process is not there. */
  readonly down = new Set<string>()
  /** Nodes that nobody reaches, though they live. */
  readonly cut = new Set<string>()
  /** Nodes, and addresses, at which no client reaches anything. */
  readonly blocked = new Set<string>()
  readonly operators = new Map<string, SimulatedOperator>()
  readonly faults: SimulatedFaults = { agentCall: () => undefined }
  /** Somebody whom a draining node told to go is back on another one. */
  onMoved: (meeting: string, who: { participant: string; attachment: string }, to: { node: string; attachment: string }) => void =
    () => undefined
  readonly random: () => number
  /** What operators are given to make Pods by, from when they start. */
  pods: Pick<PodSettings, 'mediaImage' | 'givenPools'> = { mediaImage: '', givenPools: [] }
  readonly #log: Log
  /** Names of agents by the addresses of their Pods. */
  readonly #names = new Map<string, string>()
  #keys = 0

  constructor(options: { random?: () => number; log?: Log } = {}) {
    this.random = options.random ?? (() => 0.5)
    this.#log = options.log ?? silentLog
    this.cluster = fakeCluster(this.clock)
    this.mintUlid = ulidSource(() => this.clock.nowMs())
    this.clock.every(1_000, () => {
      for (const [name, node] of this.nodes) if (!this.down.has(name)) node.beat()
    })
  }

  pool(name: PoolName, spec: Partial<MediaNodePool['spec']> = {}): void {
    this.cluster.put(kinds.MediaNodePool, {
      metadata: { name, namespace, uid: `pool-${name}`, generation: 1 },
      spec: { ...specDefaults.MediaNodePool, region: pools[name], ...spec },
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
    const onTold: FakeMediaNodeOptions['onTold'] = (meeting, person) =>
      void this.#comeBack(meeting.name, person, { excludeNodes: [name], region: pools[pool] })
    const node = new FakeMediaNode({ name, clock, mintUlid, onTold })
    this.nodes.set(name, node)
    if (ip !== undefined) this.#names.set(ip, name)
    return node
  }

  /** The agent's process has ended for good. */
  forget(name: string): void {
    this.nodes.get(name)?.hangUp()
    this.nodes.delete(name)
  }

  meeting(name: string, spec: Partial<MeetingSpec> = {}): void {
    this.cluster.put<Meeting>(kinds.Meeting, {
      metadata: { name, namespace, generation: 1 },
      spec: { ...specDefaults.Meeting, ...spec },
    })
  }

  meetingObject(name: string): Meeting | undefined {
    return this.cluster.object(kinds.Meeting, name)
  }

  nodeObject(name: string): MediaNode | undefined {
    return this.cluster.object(kinds.MediaNode, name)
  }

  /** Starts an operator process. */
  operator(name: string): SimulatedOperator {
    const { clock, random, mintUlid } = this
    const log = this.#log
    const metrics = createMetrics({ ...kubeMetrics, ...operatorMetrics })
    const alive = { is: true }
    const api = this.cluster.port({ reachable: () => alive.is })
    const agents = fakeAgents({
      clock,
      nodeAt: (url) => this.#nodeAt(url),
      fault: (node) => (alive.is ? this.faults.agentCall(node) : 'lostRequest'),
      isCut: (node) => this.cut.has(node) || !alive.is,
    })
    const signer = { grant: async () => 'grant', peerToken: async () => 'token' }
    const world = createWorld({ agents, clock, random, log, metrics })
    const control = createControl({
      world,
      api,
      agents,
      signer,
      namespace,
      watchNamespaces: [],
      lease: { name: 'parley-operator', durationMs: 15_000 },
      pods: { ...this.pods, trustedKeysConfigMap: 'parley-trusted-keys', readNodes: true },
      identity: `${name}_${mintUlid()}`,
      address: `http://${name}`,
      ask: async ({ usernameFragment }, target) => !this.blocked.has(usernameFragment) && !this.blocked.has(target.address),
      clock,
      random,
      log,
      metrics,
    })
    const placer = createPlacer({ ledger: world.ledger, signer, clock, random, mintUlid, turnUrls: [], log, metrics })
    const stopping = new AbortController()
    const running = control.run(stopping.signal)
    const end = async (): Promise<void> => {
      this.operators.delete(name)
      stopping.abort(new Error('stopped'))
      await world.streams.close()
    }
    const operator: SimulatedOperator = {
      name,
      world,
      control,
      placer,
      async kill() {
        alive.is = false
        void running.catch(() => undefined)
        await end()
      },
      async stop() {
        await end()
        await running
      },
    }
    this.operators.set(name, operator)
    return operator
  }

  leader(): SimulatedOperator | undefined {
    return [...this.operators.values()].find(({ control }) => control.leads())
  }

  /** Asks the leader for a place. */
  async place(meeting: string, participant: string, more: Partial<PlacementRequest> = {}): Promise<PlacementAnswer> {
    const leader = this.leader()
    if (leader === undefined) throw new Error('nobody leads')
    this.#keys += 1
    return leader.placer.place(
      { namespace, name: meeting },
      {
        participant,
        displayName: participant,
        rights: { publish: ['microphone', 'camera'], subscribe: true, hidden: false },
        idempotencyKey: `simulated-${this.#keys}`,
        ...more,
      },
    )
  }

  /** Joins as a client does: asks, then attaches with the grant. */
  async join(meeting: string, participant: string, more: Partial<PlacementRequest> = {}): Promise<PlacementAnswer> {
    const answer = await this.place(meeting, participant, more)
    if (answer.result === 'placed')
      this.#nodeAt(answer.url)?.attach(answer.meeting, { participant, attachment: answer.attachment })
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

  /** Asks for the drain of a node, or that it be over; a node without an object is left alone. */
  drain(name: string, drain: MediaNode['spec']['drain'] | undefined): void {
    const object = this.nodeObject(name)
    if (object === undefined) return
    const { drain: _, ...spec } = object.spec
    this.cluster.put<MediaNode>(kinds.MediaNode, { ...object, spec: drain === undefined ? spec : { ...spec, drain } })
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

  #nodeAt(url: string): FakeMediaNode | undefined {
    const { hostname } = new URL(url)
    const name = this.#names.get(hostname) ?? hostname
    return this.down.has(name) ? undefined : this.nodes.get(name)
  }
}
