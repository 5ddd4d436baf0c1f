import type { MediaNode, MediaNodePool } from '../../crds/index.ts'
import type { PodDisruptionBudget } from '../kube/core.ts'
import type { Store } from '../kube/watch/store.ts'
import type { NodeEntry } from '../ledger/nodes/nodeEntry.ts'
import { nodeStateOf } from '../ledger/nodes/nodeState.ts'
import type { PoolCounts } from '../ledger/pools/poolTally.ts'
import { budgetName } from '../plan/poolBudget.ts'
import { isOwnedBy } from '../pods/owned.ts'
import { templateHash } from '../pods/template.ts'
import type { Refusal } from '../pods/refusals.ts'
import type { PoolFailures } from '../pods/poolFailures.ts'
import { viewMember, type MemberView, type Moment, type PodSources } from './memberView.ts'

/** The budget of the pool's name; its own, or that of a pool that had the name before. */
export interface BudgetView {
  readonly isOwn: boolean
  readonly spec: PodDisruptionBudget['spec']
}

/** What the plan of a pool's Pods depends on. Times are wall clock milliseconds but for `notBeforeMs`. */
export interface PodPoolView {
  readonly members: readonly MemberView[]
  readonly template: string
  readonly budget: BudgetView | undefined
  /** No media node is made before; monotonic milliseconds. */
  readonly notBeforeMs: number
}

/** Everything that the plan for one pool depends on, frozen. */
export interface MediaNodePoolView extends PoolCounts {
  readonly object: MediaNodePool
  /** Why the API server refused the object of an ad hoc meeting, last time. */
  readonly createRefused: string | undefined
  /** Why the API server refused what the pool makes, last time. */
  readonly refusal: Refusal | undefined
  /** The image that the operator would give a pool; empty where it has none. */
  readonly defaultImage: string
  /** Absent where the pool makes no Pods. */
  readonly pods: PodPoolView | undefined
  readonly nowMs: number
  readonly wallMs: number
}

/** Where the view of a pool is gathered from. */
export interface PoolSources extends PodSources {
  readonly budgets: Store<PodDisruptionBudget>
  readonly failures: PoolFailures
  readonly createRefused: (pool: string) => string | undefined
  readonly defaultImage: string
}

/** Whether the operator makes the Pod of a media node: its pool made it, and it has no address of its own. */
export const isMemberOf = (node: MediaNode, pool: MediaNodePool): boolean =>
  node.spec.address === undefined && isOwnedBy(node, pool)

function viewBudget(pool: MediaNodePool, budget: PodDisruptionBudget | undefined): BudgetView | undefined {
  return budget === undefined ? undefined : { isOwn: isOwnedBy(budget, pool), spec: budget.spec }
}

function viewPods(object: MediaNodePool, sources: PoolSources, members: readonly MemberView[]): PodPoolView {
  const { name, namespace, uid } = object.metadata
  return {
    members,
    template: templateHash(object.spec),
    budget: viewBudget(object, sources.budgets.get(`${namespace}/${budgetName(name)}`)),
    notBeforeMs: sources.failures.notBeforeMs(uid),
  }
}

/** How many there are, and how the most loaded of the ready ones is. */
function sumUp(nodes: readonly NodeEntry[], { disruptions }: PoolSources, nowMs: number): PoolCounts {
  let ready = 0
  let draining = 0
  let worstLoad: number | undefined
  for (const node of nodes) {
    if (node.object.spec.drain !== undefined || disruptions.of(node.object).length > 0) draining += 1
    if (nodeStateOf(node, nowMs).state !== 'ready') continue
    ready += 1
    const load = node.worstShare
    if (load !== undefined && (worstLoad === undefined || load > worstLoad)) worstLoad = load
  }
  return { nodes: nodes.length, ready, draining, worstLoad }
}

/** What replicas asks for is what is counted: a pool that makes Pods does not count nodes that others registered. */
function viewMembers(object: MediaNodePool, sources: PoolSources, at: Moment): PoolCounts & Pick<MediaNodePoolView, 'pods'> {
  const named = sources.ledger.nodes.inPool(object.metadata.name)
  const nodes = [...named].filter((node) => isMemberOf(node.object, object))
  const members = nodes.map((node) => viewMember(node.object, sources, at))
  return { ...sumUp(nodes, sources, at.nowMs), pods: viewPods(object, sources, members) }
}

/** Gathers what the plan for a pool depends on; undefined where it has no object, and where that is being deleted. */
export function viewMediaNodePool(
  sources: PoolSources,
  name: string,
  { nowMs, wallMs }: { readonly nowMs: number; readonly wallMs: number },
): MediaNodePoolView | undefined {
  const { ledger } = sources
  const object = ledger.nodes.pool(name)
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) return undefined
  return Object.freeze({
    object,
    ...(object.spec.image === undefined
      ? { ...ledger.nodes.countsOf(name), pods: undefined }
      : viewMembers(object, sources, { nowMs, wallMs })),
    createRefused: sources.createRefused(name),
    refusal: sources.refusals.get(object.metadata.uid),
    defaultImage: sources.defaultImage,
    nowMs,
    wallMs,
  })
}
