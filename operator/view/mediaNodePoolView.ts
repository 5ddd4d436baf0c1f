import type { MediaNode, MediaNodePool } from '../../crds/index.ts'
import type { PodDisruptionBudget } from '../kube/core.ts'
import type { Store } from '../kube/store.ts'
import { nodeStateOf } from '../ledger/nodeState.ts'
import { worstShare } from '../ledger/shares.ts'
import { budgetName } from '../plan/poolBudget.ts'
import { templateHash } from '../pods/template.ts'
import type { Refusal } from '../pods/refusals.ts'
import type { PoolFailures } from '../pods/poolFailures.ts'
import { viewMember, type MemberView, type PodSources } from './memberView.ts'

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
export interface MediaNodePoolView {
  readonly object: MediaNodePool
  /** Its media nodes, as far as `replicas` counts them. */
  readonly nodes: number
  readonly ready: number
  readonly draining: number
  /** Of the most loaded ready node; undefined where none told. */
  readonly worstLoad: number | undefined
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
  node.spec.address === undefined && (node.metadata.ownerReferences?.some(({ uid }) => uid === pool.metadata.uid) ?? false)

function viewBudget({ metadata: { uid } }: MediaNodePool, budget: PodDisruptionBudget | undefined): BudgetView | undefined {
  if (budget === undefined) return undefined
  return { isOwn: budget.metadata.ownerReferences?.some((owner) => owner.uid === uid) ?? false, spec: budget.spec }
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

/** Gathers what the plan for a pool depends on; undefined where it has no object, and where that is being deleted. */
export function viewMediaNodePool(
  sources: PoolSources,
  name: string,
  { nowMs, wallMs }: { readonly nowMs: number; readonly wallMs: number },
): MediaNodePoolView | undefined {
  const { ledger, disruptions } = sources
  const object = ledger.nodes.pool(name)
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) return undefined
  const makesPods = object.spec.image !== undefined
  const named = [...ledger.nodes.all()].filter((node) => node.object.spec.pool === name)
  // What replicas asks for is what is counted: a pool that makes Pods does not count nodes that others registered.
  const nodes = makesPods ? named.filter((node) => isMemberOf(node.object, object)) : named
  const ready = nodes.filter((node) => nodeStateOf(node, nowMs).state === 'ready')
  const loads = ready.map(worstShare).filter((load) => load !== undefined)
  const objects = nodes.map((node) => node.object)
  return Object.freeze({
    object,
    nodes: nodes.length,
    ready: ready.length,
    draining: objects.filter((node) => node.spec.drain !== undefined || disruptions.of(node).length > 0).length,
    worstLoad: loads.length === 0 ? undefined : Math.max(...loads),
    createRefused: sources.createRefused(name),
    refusal: sources.refusals.get(object.metadata.uid),
    defaultImage: sources.defaultImage,
    pods: makesPods
      ? viewPods(
          object,
          sources,
          objects.map((node) => viewMember(node, sources, nowMs)),
        )
      : undefined,
    nowMs,
    wallMs,
  })
}
