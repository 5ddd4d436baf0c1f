import type { Clock } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import { createMediaPodEffects } from '../effects/applyMediaPod.ts'
import { createPoolEffects } from '../effects/applyPool.ts'
import { makeGivenPools } from '../effects/makeGivenPools.ts'
import type { StatusTeller } from '../effects/tellStatus.ts'
import type { ApiPort } from '../kube/client/apiPort.ts'
import type { Trigger } from '../kube/run/controller.ts'
import type { KubeNode, Pod, PodDisruptionBudget } from '../kube/core.ts'
import type { EventRecorder } from '../kube/write/events.ts'
import { createExpectations } from '../kube/write/expectations.ts'
import { kinds } from '../kube/kinds.ts'
import type { Manager } from '../kube/run/manager.ts'
import { createStore, type Store } from '../kube/watch/store.ts'
import { Disruptions } from '../pods/disruptions.ts'
import type { GivenPool } from '../pods/givenPools.ts'
import { mediaSelector, podLabels } from '../pods/labels.ts'
import { Refusals } from '../pods/refusals.ts'
import { PoolFailures } from '../pods/poolFailures.ts'
import { mediaNodePoolReconciler } from '../reconcile/mediaNodePool.ts'
import { mediaPodReconciler } from '../reconcile/mediaPod.ts'
import type { PoolSources } from '../view/mediaNodePoolView.ts'
import { fromLedger } from '../watch/changes.ts'
import type { Stores } from '../watch/feedLedger.ts'
import type { World } from './world.ts'

/** How the operator makes media Pods. */
export interface PodSettings {
  /** Image that a pool without one gets; empty: none. */
  readonly mediaImage: string
  readonly trustedKeysConfigMap: string
  /** Pools that are made once. */
  readonly givenPools: readonly GivenPool[]
  /** Whether Kubernetes Nodes may be read. */
  readonly readNodes: boolean
}

/** What the operator watches of Kubernetes itself. */
export interface PodStores {
  readonly pods: Store<Pod, 'host'>
  readonly hosts: Store<KubeNode>
  readonly budgets: Store<PodDisruptionBudget>
}

/** Declares the caches of media Pods, of what protects them, and of the Kubernetes Nodes that they run on. */
export function watchPods(manager: Pick<Manager, 'watch'>, namespace: string, { readNodes }: PodSettings): PodStores {
  const selection = { namespace, labelSelector: mediaSelector }
  return {
    pods: manager.watch(kinds.Pod, {
      selection,
      indexes: { host: ({ spec }) => (spec.nodeName === undefined ? [] : [spec.nodeName]) },
    }),
    hosts: readNodes ? manager.watch(kinds.Node) : createStore<KubeNode>(),
    budgets: manager.watch(kinds.PodDisruptionBudget, { selection }),
  }
}

/** Work for once a term. */
const once: Trigger = (queue) => {
  queue.add('all')
  return () => undefined
}

/** What {@link controlPods} is made of. */
export interface PodControlParts {
  readonly world: World
  readonly manager: Manager
  readonly api: ApiPort
  readonly namespace: string
  readonly lease: { readonly name: string }
  readonly stores: Pick<Stores, 'pools' | 'nodes'> & PodStores
  readonly settings: PodSettings
  readonly teller: StatusTeller
  readonly recorder: EventRecorder
  readonly createRefused: (pool: string) => string | undefined
  readonly ready: Promise<void>
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
}

/** Wires the controllers that give pools their media nodes, and media nodes their Pods. Returns what other views of a node need. */
export function controlPods(parts: PodControlParts): PoolSources {
  const { world, manager, stores, settings, ready, clock, random } = parts
  const { ledger, changes } = world
  const { pods, hosts, budgets, nodes, pools } = stores
  const failures = new PoolFailures(random)
  const sources: PoolSources = {
    ledger,
    pods,
    hosts,
    budgets,
    disruptions: new Disruptions(),
    refusals: new Refusals(random),
    failures,
    createRefused: parts.createRefused,
    defaultImage: settings.mediaImage,
  }
  const shared = { ...parts, ...sources, bucket: manager.bucket, changed: changes.nodes.emit, poolChanged: changes.pools.emit }

  nodes.onChange(({ before, after }) => {
    if (before === undefined || before.metadata.uid === after?.metadata.uid) return
    sources.disruptions.forget(before.metadata.uid)
    sources.refusals.forget(before.metadata.uid)
  })
  pools.onChange(({ before, after }) => {
    if (before === undefined || before.metadata.uid === after?.metadata.uid) return
    sources.failures.forget(before.metadata.uid)
    sources.refusals.forget(before.metadata.uid)
  })
  hosts.onChange(({ key }) => {
    const here = pods.by('host', key)
    for (const { metadata } of here) changes.nodes.emit(metadata.name) // Its addresses, which clients are told.
    const names = here.map(({ metadata }) => metadata.labels?.[podLabels.pool] ?? '')
    for (const pool of new Set(names)) changes.pools.emit(pool)
  })
  budgets.onChange(({ before, after }) => changes.pools.emit((after ?? before)?.metadata.labels?.[podLabels.pool] ?? ''))

  const ofPools = createExpectations({ stores: { MediaNode: nodes, MediaNodePool: pools, PodDisruptionBudget: budgets }, clock })
  manager.control({
    name: 'medianodepool',
    reconcile: mediaNodePoolReconciler({ sources, effects: createPoolEffects({ ...shared, expectations: ofPools }), clock }),
    triggers: [fromLedger(changes.pools, { ready, all: () => ledger.nodes.pools().map(({ metadata }) => metadata.name) })],
    expectations: ofPools,
  })
  const ofPods = createExpectations({ stores: { MediaNode: nodes, Pod: pods }, clock })
  const effects = createMediaPodEffects({
    ...shared,
    expectations: ofPods,
    trustedKeysConfigMap: settings.trustedKeysConfigMap,
  })
  manager.control({
    name: 'mediapod',
    reconcile: mediaPodReconciler({ sources, effects, clock }),
    triggers: [fromLedger(changes.nodes, { ready, all: () => [...ledger.nodes.all()].map(({ name }) => name) })],
    expectations: ofPods,
  })
  const makePools = makeGivenPools({ ...shared, pools: settings.givenPools, lease: parts.lease.name })
  manager.control({
    name: 'givenpools',
    reconcile: (_key, signal) => makePools(signal),
    triggers: settings.givenPools.length === 0 ? [] : [once],
  })
  return sources
}
