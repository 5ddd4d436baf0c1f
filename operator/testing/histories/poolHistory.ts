import type { MediaNodePool } from '../../../crds/index.ts'
import { kinds } from '../../kube/kinds.ts'
import { podLabels } from '../../pods/labels.ts'
import { patchPool, poolOf, poolStatus } from '../world/aCluster.ts'
import { FakeKubernetes } from '../world/fakeKubernetes.ts'
import { seededRandom } from '../../../kit/seededRandom.ts'
import type { Skew } from '../faults/processClock.ts'
import { namedFaults } from '../invariants/always.ts'
import { PodPools } from '../invariants/podPools.ts'
import { WriteRate } from '../invariants/writeRate.ts'
import { Simulation } from '../world/simulation.ts'

const hosts = ['k1', 'k2', 'k3', 'k4', 'k5'] as const
const images = ['parley-sfu:1', 'parley-sfu:2', 'parley-sfu:3', 'unpullable'] as const
const apiFaults = ['lostAnswer', 'unavailable', 'tooManyRequests', 'timeout', 'conflict'] as const
const verbs = ['create', 'mergePatch', 'patchStatus', 'delete', 'list', 'get'] as const
const longestStepMs = 20_000
/** A rollout of five members without room for one more: a minute for the first, seconds for the others, and what drains take. */
const untilSettledMs = 900_000

/**
 * One history of a pool, by one seed: it is scaled, rolled out, drained and deleted from while operators, the API server and caches fail.
 * After {@link PoolHistory.heal} everything works again, and what must hold then is the test's to say.
 */
export class PoolHistory {
  readonly simulation: Simulation
  readonly kubernetes: FakeKubernetes
  readonly random: () => number
  /** What happened, for the one who has to find out why. */
  readonly told: string[] = []
  /** Participants who joined and never left, and where. */
  readonly people = new Map<string, 'standup' | 'retro'>()
  /** What must hold of pools at every moment. */
  readonly pools: PodPools
  readonly #rate = new WriteRate()
  readonly #doings: Readonly<Record<string, PoolAction>>
  #operators = 0

  constructor(seed: number, doings: Readonly<Record<string, PoolAction>> = poolActions) {
    this.#doings = doings
    this.random = seededRandom(seed)
    this.simulation = new Simulation({ random: this.random })
    this.pools = new PodPools(this.simulation)
    this.simulation.listeners.push(this.pools, this.#rate)
    this.simulation.pods = { mediaImage: 'parley-sfu:1', givenPools: [] }
    this.kubernetes = new FakeKubernetes(this.simulation, hosts)
    this.simulation.pool('eu', { replicas: 2, drain: { deadlineSeconds: 120 } })
  }

  readonly pick = <T>(items: readonly T[]): T => {
    const item = items[Math.floor(this.random() * items.length)]
    if (item === undefined) throw new Error('nothing to pick from')
    return item
  }

  async run(steps: number): Promise<void> {
    this.startOperator()
    await this.simulation.pass(5_000)
    for (let step = 0; step < steps; step++) {
      const name = this.pick(Object.keys(this.#doings))
      this.told.push(`${this.simulation.clock.monotonicMs()} ${name}`)
      await this.#doings[name]?.(this)
      await this.simulation.pass(this.random() * longestStepMs)
    }
  }

  /** Everything works again, every Kubernetes Node takes Pods, and the image is one that runs. */
  async heal(): Promise<void> {
    const { simulation } = this
    simulation.cluster.holdWatches(false)
    for (const host of hosts) this.kubernetes.host(host)
    patchPool(simulation, { image: this.pick(images.slice(0, 3)), replicas: Math.floor(this.random() * 5) + 1 })
    // One that lost its Lease has ended, as processes do, and somebody starts another.
    await this.killOperators()
    this.startOperator()
    await simulation.pass(untilSettledMs)
  }

  startOperator(skew?: Skew): void {
    this.#operators += 1
    this.simulation.operator(`operator-${this.#operators}`, skew)
  }

  /** What broke of what must always hold. */
  broken(): readonly string[] {
    return [...namedFaults('pools', this.pools.faults), ...namedFaults('write rate', this.#rate.faults)]
  }

  async killOperators(): Promise<void> {
    for (const operator of [...this.simulation.operators.values()]) await operator.kill()
  }

  async join(): Promise<void> {
    const participant = `p${this.people.size}`
    const meeting = this.simulation.leader() && this.pick(['standup', 'retro'] as const)
    const answer = meeting && (await this.simulation.join(meeting, participant))
    if (meeting !== undefined && answer?.result === 'placed') this.people.set(participant, meeting)
  }
}

/** What may happen in a history, a step of it. */
export type PoolAction = (history: PoolHistory) => void | Promise<void>

const cordon =
  (unschedulable: boolean): PoolAction =>
  ({ kubernetes, pick }) =>
    kubernetes.host(pick(hosts), { unschedulable })

/** What people, Kubernetes and faults that are told one by one do. */
export const poolActions: Readonly<Record<string, PoolAction>> = {
  scale: ({ simulation, random }) => patchPool(simulation, { replicas: Math.floor(random() * 6) }),
  roll: ({ simulation, pick }) => patchPool(simulation, { image: pick(images) }),
  cordon: cordon(true),
  uncordon: cordon(false),
  evict: ({ kubernetes, pick }) => kubernetes.evictFrom(pick(hosts)),
  join: (history) => history.join(),
  joinAgain: (history) => history.join(),
  deletePod({ simulation, kubernetes, pick }) {
    const pods = kubernetes.pods()
    if (pods.length > 0) simulation.cluster.delete(kinds.Pod, pick(pods).metadata)
  },
  deleteNode({ simulation, pick }) {
    const nodes = simulation.cluster.objects(kinds.MediaNode)
    if (nodes.length > 0) simulation.cluster.delete(kinds.MediaNode, pick(nodes).metadata)
  },
  deleteBudget({ simulation }) {
    const [budget] = simulation.cluster.objects(kinds.PodDisruptionBudget)
    if (budget !== undefined) simulation.cluster.remove(kinds.PodDisruptionBudget, budget.metadata)
  },
  async killOperator(history) {
    await history.killOperators()
    history.startOperator()
  },
  second: (history) => {
    if (history.simulation.operators.size < 2) history.startOperator()
  },
  apiFaults({ simulation, random, pick }) {
    const count = Math.ceil(random() * 4)
    simulation.cluster.fail(pick(verbs), ...Array.from({ length: count }, () => pick(apiFaults)))
  },
  lateCaches: ({ simulation }) => simulation.cluster.holdWatches(true),
  promptCaches: ({ simulation }) => simulation.cluster.holdWatches(false),
  brokenWatches: ({ simulation }) => simulation.cluster.breakWatches('gone'),
}

function podFaults({ simulation, kubernetes }: PoolHistory, pool: MediaNodePool): readonly string[] {
  const pods = kubernetes.pods()
  const names = new Set(simulation.cluster.objects(kinds.MediaNode).map(({ metadata }) => metadata.name))
  return [
    ...(pods.length === pool.spec.replicas ? [] : [`${pods.length} Pods instead of ${pool.spec.replicas}`]),
    ...(names.size === pods.length ? [] : [`${names.size} media nodes for ${pods.length} Pods`]),
    ...pods.flatMap(({ metadata, spec }) => {
      const { guard, serving } = { guard: metadata.labels?.[podLabels.guard], serving: metadata.labels?.[podLabels.serving] }
      const image = spec.containers?.[0]?.image
      return [
        ...(names.has(metadata.name) ? [] : [`${metadata.name} has no media node`]),
        ...(guard === 'on' && serving === 'true' ? [] : [`${metadata.name} has guard ${guard} and serving ${serving}`]),
        ...(image === pool.spec.image ? [] : [`${metadata.name} runs ${image} instead of ${pool.spec.image}`]),
      ]
    }),
  ]
}

function statusFaults({ simulation }: PoolHistory, pool: MediaNodePool): readonly string[] {
  const { replicas, ready, draining, conditions = [] } = poolStatus(simulation) ?? {}
  const counts = [replicas, ready, draining].join()
  const held = conditions.filter(({ type, status }) => ['Ready', 'Updated'].includes(type) && status === 'True').length
  return [
    ...(counts === [pool.spec.replicas, pool.spec.replicas, 0].join()
      ? []
      : [`status tells replicas, ready, draining: ${counts}`]),
    ...(held === 2 ? [] : [`conditions tell ${JSON.stringify(conditions)}`]),
  ]
}

/** Those of the people who are on no media node. */
export function lostPeople({ simulation, people }: PoolHistory): readonly string[] {
  const reports = [...simulation.nodes.values()].flatMap((node) => node.segments())
  const present = new Set(reports.flatMap(({ participants }) => participants.map(({ participant }) => participant)))
  return [...people.keys()].filter((participant) => !present.has(participant))
}

/** What is wrong with a pool for which nothing fails any more and time has passed; nothing, where all converged. */
export function poolFaultsOf(history: PoolHistory): readonly string[] {
  const { cluster } = history.simulation
  const pool = poolOf(history.simulation)
  if (pool === undefined) return ['there is no pool']
  const disrupted = cluster.objects(kinds.MediaNode).filter(({ status }) => (status?.disruptions ?? []).length > 0)
  return [
    ...podFaults(history, pool),
    ...statusFaults(history, pool),
    ...disrupted.map(({ metadata }) => `${metadata.name} is still disrupted`),
    ...(cluster.object(kinds.PodDisruptionBudget, 'parley-eu') === undefined ? ['there is no budget'] : []),
    ...lostPeople(history).map((participant) => `${participant} is lost`),
  ]
}
