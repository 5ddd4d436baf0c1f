import { specDefaults, type Meeting, type MediaNodePool } from '../crds/index.ts'
import { seededRandom } from '../kit/seededRandom.ts'
import { ulidSource, type MintUlid } from '../kit/ids.ts'
import type { KubeNode, Pod, PodDisruptionBudget } from '../operator/kube/core.ts'
import { createStore } from '../operator/kube/watch/store.ts'
import { planMediaNode } from '../operator/plan/mediaNode.ts'
import { planMediaNodePool } from '../operator/plan/mediaNodePool.ts'
import { planMeeting } from '../operator/plan/meeting.ts'
import { Disruptions } from '../operator/pods/disruptions.ts'
import { PoolFailures } from '../operator/pods/poolFailures.ts'
import { Refusals } from '../operator/pods/refusals.ts'
import { viewMediaNode } from '../operator/view/mediaNodeView.ts'
import { viewMediaNodePool, type PoolSources } from '../operator/view/mediaNodePoolView.ts'
import { viewMeeting } from '../operator/view/meetingView.ts'
import type { SegmentReport } from '../sfu/api/order.ts'
import { beginning, Fleet } from './fleet.ts'
import { liveBytes } from './memory.ts'
import { PodPool } from './podPool.ts'

/** One size: so many meetings, each with an object, a segment and four people, ten of them on each media node, and ten guests of one pool. */
export interface ReconcileRun {
  readonly meetings: number
  readonly mediaNodes: number
  /** Median microseconds from one change until all that it concerns is planned anew, by what changed. */
  readonly microseconds: Readonly<Record<ChangeName, number>>
  /** The same of a pool that makes Pods, with as many members as there are media nodes in all: a plan of it, as each change of one makes. */
  readonly podPoolMicroseconds: number
  /** How many plans one change makes. */
  readonly plans: Readonly<Record<ChangeName, number>>
  readonly bytesPerNode: number
  readonly bytesPerMeeting: number
}

/** What {@link benchReconcile} finds. */
export interface ReconcileResult {
  readonly runs: readonly ReconcileRun[]
  /** Of the logarithm of the time over that of the meetings, by least squares; 0 is constant, 1 linear. */
  readonly slopes: Readonly<Record<ChangeName, number>>
  /** Of the plan of a pool that makes Pods, over its members. */
  readonly podPoolSlope: number
}

const meetingsANode = 10
const peopleAMeeting = 4
const apiVersion = 'parley.media/v1alpha1' as const

/** What happens, one at a time. */
export const changeNames = ['join', 'meeting', 'mediaNode', 'pool', 'poolStatus', 'poolServes'] as const
export type ChangeName = (typeof changeNames)[number]

/** A fleet with meetings, and whom its changes concern. */
class World {
  readonly fleet: Fleet
  readonly mintUlid: MintUlid
  readonly #dirty = { meeting: new Set<string>(), node: new Set<string>(), pool: new Set<string>() }
  readonly #sources: PoolSources
  #nowMs: number = beginning.nowMs
  readonly #random: () => number

  constructor(nodes: number, random: () => number) {
    this.#random = random
    this.mintUlid = ulidSource(() => beginning.wallMs)
    const mark = (kind: 'meeting' | 'node' | 'pool') => (name: string) => void this.#dirty[kind].add(name)
    this.fleet = new Fleet(nodes, random, {
      meeting: mark('meeting'),
      node: mark('node'),
      pool: mark('pool'),
      lost: () => undefined,
    })
    this.#sources = {
      ledger: this.fleet.ledger,
      pods: createStore<Pod>(),
      hosts: createStore<KubeNode>(),
      budgets: createStore<PodDisruptionBudget>(),
      disruptions: new Disruptions(),
      refusals: new Refusals(random),
      failures: new PoolFailures(random),
      createRefused: () => undefined,
      defaultImage: '',
    }
  }

  get ledger(): Fleet['ledger'] {
    return this.fleet.ledger
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.#random() * items.length)]
    if (item === undefined) throw new Error('nothing to pick from')
    return item
  }

  /** Later, by so little that nobody falls silent. */
  now(): number {
    this.#nowMs += 0.001
    return this.#nowMs
  }

  /** Plans all that changes concern, as the reconcilers do before they write; returns how many plans that were. */
  settle(): number {
    const { meeting, node, pool } = this.#dirty
    const plans = meeting.size + node.size + pool.size
    const at = { nowMs: this.now(), wallMs: beginning.wallMs }
    for (const key of meeting) {
      const seen = viewMeeting(this.ledger, key, { ...at, epoch: 1 })
      if (seen !== undefined) planMeeting(seen)
    }
    for (const name of node) {
      const seen = viewMediaNode(this.#sources, name, { ...at, reach: undefined })
      if (seen !== undefined) planMediaNode(seen)
    }
    for (const name of pool) {
      const seen = viewMediaNodePool(this.#sources, name, at)
      if (seen !== undefined) planMediaNodePool(seen)
    }
    for (const keys of [meeting, node, pool]) keys.clear()
    return plans
  }
}

interface Hosted {
  readonly object: Meeting
  readonly node: string
  report: SegmentReport
}

const person = (mintUlid: MintUlid, name: string) => ({
  participant: name,
  attachment: mintUlid(),
  publishing: true,
  hidden: false,
})

/** A namespace whose meetings name one pool, which takes them and does not, in turns. */
const guests = { namespace: 'guests', pool: 'pool-0', meetings: 10 }

function aMeeting(world: World, index: number, namespace = 'demo'): Hosted {
  const name = `meeting-${index}`
  const incarnation = world.mintUlid()
  const metadata = {
    ...{ name, namespace, uid: `${namespace}/${name}`, resourceVersion: '1', generation: 1 },
    creationTimestamp: '2026-01-01T00:00:00Z',
  }
  const object: Meeting = {
    apiVersion,
    kind: 'Meeting',
    metadata,
    spec: namespace === guests.namespace ? { ...specDefaults.Meeting, pools: [guests.pool] } : specDefaults.Meeting,
    status: { phase: 'Active', incarnation },
  }
  const node = `node-${index % world.fleet.size}`
  const report: SegmentReport = {
    meeting: { namespace, name, incarnation },
    ...{ epoch: 1, generation: 1, role: 'core', fallback: false, worker: 0, peers: [], createdAtMs: beginning.wallMs },
    participants: Array.from({ length: peopleAMeeting }, (_, each) => person(world.mintUlid, `${name}-${each}`)),
  }
  world.ledger.putMeeting(object, world.now())
  world.ledger.hear(node, { type: 'segment', segment: report }, world.now())
  return { object, node, report }
}

type Change = (world: World, meetings: readonly Hosted[], turn: number) => void

function changedPool(world: World, change: (pool: MediaNodePool) => MediaNodePool): void {
  world.ledger.putPool(change(world.pick(world.ledger.nodes.pools())), world.now())
}

const changes: Readonly<Record<ChangeName, Change>> = {
  join(world, meetings, turn) {
    const meeting = world.pick(meetings)
    const [, ...others] = meeting.report.participants
    meeting.report = { ...meeting.report, participants: [...others, person(world.mintUlid, `late-${turn}`)] }
    world.ledger.hear(meeting.node, { type: 'segment', segment: meeting.report }, world.now())
  },
  meeting(world, meetings, turn) {
    const { object } = world.pick(meetings)
    world.ledger.putMeeting({ ...object, spec: { ...object.spec, emptyTimeoutSeconds: turn } }, world.now())
  },
  mediaNode(world, _meetings, turn) {
    const name = `node-${Math.floor((turn * 7_919) % world.fleet.size)}`
    const node = world.ledger.nodes.get(name)
    if (node === undefined) throw new Error(`no ${name}`)
    const object = { ...node.object, spec: { ...node.object.spec, cordoned: !node.object.spec.cordoned } }
    world.ledger.putNode(object, { url: node.url }, world.now())
  },
  pool: (world, _meetings, turn) => changedPool(world, (pool) => ({ ...pool, spec: { ...pool.spec, replicas: turn } })),
  poolStatus: (world, _meetings, turn) => changedPool(world, (pool) => ({ ...pool, status: { ready: turn } })),
  poolServes(world, _meetings, turn) {
    const pool = world.ledger.nodes.pool(guests.pool)
    if (pool === undefined) throw new Error(`no ${guests.pool}`)
    const allowedNamespaces = ['demo', ...(turn % 2 === 0 ? [] : [guests.namespace])]
    world.ledger.putPool({ ...pool, spec: { ...pool.spec, allowedNamespaces } }, world.now())
  },
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

function timed(world: World, meetings: readonly Hosted[], of: { change: Change; rounds: number }): { us: number; plans: number } {
  const times: number[] = []
  let plans = 0
  for (let turn = -of.rounds; turn < of.rounds; turn++) {
    const begun = process.hrtime.bigint()
    of.change(world, meetings, turn + of.rounds)
    const made = world.settle()
    if (turn < 0) continue // To warm up.
    times.push(Number(process.hrtime.bigint() - begun) / 1_000)
    plans += made
  }
  return { us: Math.round(median(times) * 10) / 10, plans: Math.round((plans / of.rounds) * 10) / 10 }
}

/** The median of planning a pool of so many Pods, all of which run: what a change of one of them costs beside its own plan. */
function timedPodPool(members: number, rounds: number): number {
  const pool = new PodPool(members)
  const times = Array.from({ length: rounds }, () => {
    const begun = process.hrtime.bigint()
    pool.plan()
    return Number(process.hrtime.bigint() - begun) / 1_000
  })
  return Math.round(median(times) * 10) / 10
}

function run(size: number, rounds: number): ReconcileRun {
  const mediaNodes = size / meetingsANode
  const before = liveBytes()
  const world = new World(mediaNodes, seededRandom(1))
  const withNodes = liveBytes()
  const meetings = Array.from({ length: size }, (_, index) => aMeeting(world, index))
  for (let index = 0; index < guests.meetings; index++) aMeeting(world, index, guests.namespace)
  world.settle()
  const withMeetings = liveBytes()
  const results = changeNames.map((name) => [name, timed(world, meetings, { change: changes[name], rounds })] as const)
  const by = (of: 'us' | 'plans') =>
    Object.fromEntries(results.map(([name, result]) => [name, result[of]])) as Record<ChangeName, number>
  return {
    ...{ meetings: size, mediaNodes, microseconds: by('us'), plans: by('plans') },
    podPoolMicroseconds: timedPodPool(mediaNodes, rounds),
    bytesPerNode: Math.round((withNodes - before) / mediaNodes),
    bytesPerMeeting: Math.round((withMeetings - withNodes) / (size + guests.meetings)),
  }
}

/** The slope of a line through points, by least squares. */
function slopeOf(points: readonly { readonly x: number; readonly y: number }[]): number {
  const mean = (of: (point: { x: number; y: number }) => number): number =>
    points.reduce((sum, each) => sum + of(each), 0) / points.length
  const [meanX, meanY] = [mean(({ x }) => x), mean(({ y }) => y)]
  const over = mean(({ x, y }) => (x - meanX) * (y - meanY))
  return Math.round((over / mean(({ x }) => (x - meanX) ** 2)) * 100) / 100
}

/** What one change costs the operator, whatever else there is, and what it keeps in memory. */
export function benchReconcile({
  sizes,
  rounds,
}: {
  readonly sizes: readonly number[]
  readonly rounds: number
}): ReconcileResult {
  run(Math.min(...sizes), rounds) // To warm up.
  const runs = sizes.map((size) => run(size, rounds))
  const slopes = changeNames.map((name) => {
    const points = runs.map(({ meetings, microseconds }) => ({ x: Math.log(meetings), y: Math.log(microseconds[name]) }))
    return [name, slopeOf(points)] as const
  })
  const podPools = runs.map(({ mediaNodes, podPoolMicroseconds: us }) => ({ x: Math.log(mediaNodes), y: Math.log(us) }))
  return { runs, slopes: Object.fromEntries(slopes) as Record<ChangeName, number>, podPoolSlope: slopeOf(podPools) }
}
