import { patchPool, quietWrites } from '../world/aCluster.ts'
import { passesAtMost, type CrashPoint } from './crashPoints.ts'
import type { Call, CallFault } from '../faults/callFault.ts'
import { namedFaults } from '../invariants/always.ts'
import { HotLoops } from '../invariants/hotLoops.ts'
import type { SimulatedFaults } from '../faults/simulatedFaults.ts'
import type { Simulation } from '../world/simulation.ts'
import { PoolHistory, poolFaultsOf } from './poolHistory.ts'

/** The Lease lapses, the next operator begins, a surge waits a minute for room, drains end. */
const convergesWithinMs = 240_000
const quietMs = 60_000
/** The Kubernetes Node that is drained. */
const leftHost = 'k1'
const evictEachMs = 1_000

/** What one life of a pool came to. */
export interface PoolLife {
  /** Calls that the operator made until it died, or until the life was over. */
  readonly calls: number
  readonly faults: readonly string[]
}

/**
 * How often each object was written between two pieces of news of the world (a Pod that runs or has gone, somebody who is somewhere else), by
 * moments: the most of each. What is made or deleted counts for the pool.
 */
function countPasses(history: PoolHistory): ReadonlyMap<string, number> {
  const most = new Map<string, number>()
  const passes = new Map<string, ReadonlySet<number>>()
  const { simulation, kubernetes } = history
  const worldNow = (): string =>
    JSON.stringify([
      kubernetes
        .pods()
        .map(({ metadata, spec, status }) => [metadata.name, spec.nodeName, metadata.deletionTimestamp, status?.phase]),
      [...simulation.nodes.values()].map((node) => [node.name, node.drainReport()]),
    ])
  let before = worldNow()
  simulation.listeners.push({
    written({ verb, kind, name, atMs }) {
      if (kind === 'Lease' || kind === 'Event' || kind === 'Meeting') return
      const world = worldNow()
      if (world !== before) passes.clear()
      before = world
      const about = verb === 'create' || verb === 'delete' ? `${verb} ${kind}` : `${verb} ${kind} ${name}`
      const moments = new Set([...(passes.get(about) ?? []), atMs])
      passes.set(about, moments)
      most.set(about, Math.max(most.get(about) ?? 0, moments.size))
    },
  })
  return most
}

/** What people and Kubernetes do in the life: scaled up, rolled out, one Kubernetes Node left, scaled down; each with people in it. */
const doings: readonly ((history: PoolHistory) => void | Promise<void>)[] = [
  ({ simulation }) => patchPool(simulation, { replicas: 3 }),
  (history) => history.join(),
  ({ simulation }) => patchPool(simulation, { image: 'parley-sfu:2' }),
  ({ kubernetes }) => kubernetes.host(leftHost, { unschedulable: true }),
  ({ simulation }) => patchPool(simulation, { replicas: 1 }),
]
const stepMs = 6_000

/** The crash points of that life: each `every`th call of it, before and after. */
export async function poolCrashPoints(every: number): Promise<readonly CrashPoint[]> {
  const { calls } = await livePoolUntil(undefined)
  const ats = Array.from({ length: Math.ceil(calls / every) }, (_, index) => 1 + index * every)
  return ats.flatMap((at) => (['crashBefore', 'crashAfter'] as const).map((how) => ({ at, how })))
}

/** What each call of an operator meets, be it to the API server or to a media node. */
function meetAtEachCall({ faults }: Simulation, fault: SimulatedFaults['apiCall']): void {
  faults.apiCall = fault
  faults.agentCall = (_, call, operator) => fault(call, operator)
}

/** Lives the life of a pool in which nothing fails but that its operator dies at `crash`; then another one takes over. */
export async function livePoolUntil(crash: CrashPoint | undefined): Promise<PoolLife> {
  const history = new PoolHistory(1)
  const { simulation } = history
  // Where an operator asked without a pause, time would stand still and the life never end.
  const hotLoops = new HotLoops(simulation)
  const endless = (call: Call, operator: string): CallFault => (hotLoops.isOne(call, operator) ? 'crashBefore' : undefined)
  let calls = 0
  meetAtEachCall(simulation, (call, operator) => {
    calls += 1
    return calls === crash?.at ? crash.how : endless(call, operator)
  })
  history.startOperator()
  await simulation.pass(stepMs)
  for (const act of doings) {
    if (simulation.operators.size === 0) break
    await act(history)
    await simulation.pass(stepMs)
  }
  const made = calls
  await history.killOperators()
  meetAtEachCall(simulation, endless)
  history.startOperator()
  const passes = countPasses(history)
  const evicting = simulation.clock.every(evictEachMs, () => history.kubernetes.evictFrom(leftHost)) // As kubectl drain does.
  await simulation.pass(convergesWithinMs)
  const slow = [...passes].filter(([, count]) => count > passesAtMost).map(([about, count]) => `passes: ${count} for ${about}`)
  const written = await quietWrites(simulation, quietMs)
  const faults = [
    ...history.broken(),
    ...namedFaults('hot loops', hotLoops.faults),
    ...poolFaultsOf(history),
    ...slow,
    ...written.map((write) => `written at rest: ${write}`),
  ]
  evicting.cancel()
  await history.killOperators()
  return { calls: made, faults }
}
