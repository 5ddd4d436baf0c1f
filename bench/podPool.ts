import { specDefaults, type MediaNode, type MediaNodePool } from '../crds/index.ts'
import { seededRandom } from '../kit/seededRandom.ts'
import type { KubeNode, Pod, PodDisruptionBudget } from '../operator/kube/core.ts'
import { createStore } from '../operator/kube/watch/store.ts'
import { Ledger } from '../operator/ledger/ledger.ts'
import { planMediaNodePool, type MediaNodePoolPlan } from '../operator/plan/mediaNodePool.ts'
import { Disruptions } from '../operator/pods/disruptions.ts'
import { podLabels } from '../operator/pods/labels.ts'
import { ownedBy } from '../operator/pods/owned.ts'
import { PoolFailures } from '../operator/pods/poolFailures.ts'
import { Refusals } from '../operator/pods/refusals.ts'
import { templateHash } from '../operator/pods/template.ts'
import { viewMediaNodePool, type PoolSources } from '../operator/view/mediaNodePoolView.ts'
import { beginning } from './fleet.ts'

const apiVersion = 'parley.media/v1alpha1' as const
const image = 'parley-sfu:1'
const boot = '01KDVSZ0000000000000000000'
const madeAt = '2026-01-01T00:00:00Z'
const { nowMs, wallMs } = beginning

const metadata = (name: string) => ({
  ...{ name, namespace: 'parley-system', uid: name, resourceVersion: '1', generation: 1, creationTimestamp: madeAt },
})

const agent = { boot, version: '1', addresses: ['203.0.113.1'], highestEpoch: 0, segments: [] }
const capacity = { consumersPerWorker: 500, egressBitsPerSecond: 1e10, ingressBitsPerSecond: 1e10, pipePorts: 1_000 }
const worker = { cpu: 0.1, routers: 1, transports: 1, producers: 1, consumers: 1 }
const load = {
  atMs: wallMs,
  workers: [worker],
  egressBitsPerSecond: 0,
  ingressBitsPerSecond: 0,
  pipes: 0,
  pipePorts: 0,
  participants: 0,
}

/** A pool that makes Pods, each of which runs on a Kubernetes Node of its own and is heard. */
export class PodPool {
  readonly #sources: PoolSources
  readonly #pool: MediaNodePool

  constructor(members: number) {
    const random = seededRandom(1)
    const silent = (): void => undefined
    const ledger = new Ledger({ meeting: silent, node: silent, pool: silent, lost: silent })
    const spec = { ...specDefaults.MediaNodePool, region: 'region-0', image, replicas: members }
    this.#pool = { apiVersion, kind: 'MediaNodePool', metadata: metadata('pool'), spec }
    ledger.putPool(this.#pool, nowMs)
    const [pods, hosts] = [createStore<Pod>(), createStore<KubeNode>()]
    const nodes = Array.from({ length: members }, (_, index) => this.#node(`pool-${index}`))
    pods.replace(
      nodes.map((node) => this.#pod(node)),
      '1',
    )
    hosts.replace(
      nodes.map(({ metadata: { name } }) => this.#host(name)),
      '1',
    )
    for (const node of nodes) {
      const { name } = node.metadata
      ledger.putNode(node, { url: 'http://10.0.0.1:7710' }, nowMs)
      ledger.hear(name, { type: 'hello', protocol: 1, node: name, capacity, ...agent }, nowMs)
      ledger.hear(name, { type: 'load', load }, nowMs)
    }
    this.#sources = {
      ...{ ledger, pods, hosts, budgets: createStore<PodDisruptionBudget>(), disruptions: new Disruptions() },
      ...{
        refusals: new Refusals(random),
        failures: new PoolFailures(random),
        createRefused: () => undefined,
        defaultImage: image,
      },
    }
  }

  /** Plans it as its reconciler does, and keeps what that decides. */
  plan(): MediaNodePoolPlan {
    const seen = viewMediaNodePool(this.#sources, 'pool', { nowMs, wallMs })
    if (seen === undefined) throw new Error('there is no pool')
    const plan = planMediaNodePool(seen)
    for (const [name, decided] of plan.disruptions) {
      const node = this.#sources.ledger.nodes.get(name)
      if (node !== undefined) this.#sources.disruptions.put(node.object, decided)
    }
    return plan
  }

  #labels(): Readonly<Record<string, string>> {
    const { pool, template, guard, serving } = podLabels
    return { [pool]: 'pool', [template]: templateHash(this.#pool.spec), [guard]: 'on', [serving]: 'true' }
  }

  #node(name: string): MediaNode {
    const owner = { apiVersion, kind: 'MediaNodePool', name: 'pool', uid: 'pool', controller: true, blockOwnerDeletion: false }
    const meta = { ...metadata(name), labels: this.#labels(), ownerReferences: [owner] }
    const status = { incarnation: boot, host: `host-${name}` }
    return { apiVersion, kind: 'MediaNode', metadata: meta, spec: { pool: 'pool', workers: 1, cordoned: false }, status }
  }

  #pod(node: MediaNode): Pod {
    const { name } = node.metadata
    const conditions = ['PodScheduled', 'Ready'].map((type) => ({ type, status: 'True' as const, lastTransitionTime: madeAt }))
    return {
      ...{
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { ...metadata(name), labels: this.#labels(), ownerReferences: ownedBy(node) },
      },
      spec: { nodeName: `host-${name}` },
      status: { phase: 'Running', podIP: '10.0.0.1', conditions },
    }
  }

  #host(name: string): KubeNode {
    const meta = { name: `host-${name}`, uid: `host-${name}`, resourceVersion: '1' }
    return { apiVersion: 'v1', kind: 'Node', metadata: meta, spec: {}, status: { addresses: [] } }
  }
}
