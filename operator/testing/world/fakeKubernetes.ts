import type { KubeNode, Pod, PodCondition } from '../../kube/core.ts'
import { kinds } from '../../kube/kinds.ts'
import { keyOf, type KubeObject } from '../../kube/objects.ts'
import { podLabels } from '../../pods/labels.ts'
import { namespace, type Simulation } from './simulation.ts'

/** A Pod as the operator wrote it, as far as a scheduler and a kubelet look. */
interface WrittenPod extends Pod {
  readonly spec: Pod['spec'] & {
    readonly containers?: readonly { readonly image: string; readonly ports?: readonly { readonly hostPort?: number }[] }[]
  }
}

/** Images that behave badly: `stuck` never gets its container, nothing answers where `mute` has its address. */
export const badImages = {
  unpullable: 'unpullable',
  crashing: 'crashing',
  evicted: 'evicted',
  stuck: 'stuck',
  mute: 'mute',
} as const

const noRoom = "0/3 nodes are available: 3 node(s) didn't have free ports for the requested pod ports."

/**
 * What a cluster does beside its API server, each second: a garbage collector, a scheduler that knows host ports and cordons, and a kubelet
 * a Kubernetes Node, whose agents are those of the {@link Simulation}.
 */
export class FakeKubernetes {
  readonly #simulation: Simulation
  #addresses = 0

  constructor(simulation: Simulation, hosts: readonly string[]) {
    this.#simulation = simulation
    for (const host of hosts) this.host(host)
    simulation.clock.every(1_000, () => this.#tick())
  }

  /** Makes or changes a Kubernetes Node. */
  host(
    name: string,
    spec: NonNullable<KubeNode['spec']> = {},
    addresses: NonNullable<KubeNode['status']>['addresses'] = [{ type: 'InternalIP', address: `192.0.2.${name.slice(-1)}` }],
  ): void {
    this.#simulation.cluster.put(kinds.Node, { metadata: { name }, spec, status: { addresses } })
  }

  pods(): readonly WrittenPod[] {
    return this.#simulation.cluster.objects(kinds.Pod)
  }

  /** Evicts every Pod of a Kubernetes Node that no guard holds, as `kubectl drain` does again and again. */
  evictFrom(host: string): void {
    const free = this.pods().filter(({ spec, metadata }) => spec.nodeName === host && metadata.labels?.[podLabels.guard] !== 'on')
    for (const { metadata } of free) this.#simulation.cluster.delete(kinds.Pod, metadata)
  }

  #tick(): void {
    this.#collect()
    for (const pod of this.pods()) {
      if (pod.metadata.deletionTimestamp !== undefined) this.#end(pod, Date.parse(pod.metadata.deletionTimestamp))
      else if (pod.spec.nodeName === undefined) this.#schedule(pod)
      else if (pod.status?.phase === undefined) this.#run(pod)
    }
  }

  /** What has no owner any more goes. */
  #collect(): void {
    const { cluster } = this.#simulation
    const owners = new Set<string>(
      [...cluster.objects(kinds.MediaNodePool), ...cluster.objects(kinds.MediaNode)].map(({ metadata }) => metadata.uid),
    )
    for (const kind of [kinds.MediaNode, kinds.Pod, kinds.PodDisruptionBudget]) {
      for (const { metadata } of cluster.objects<KubeObject>(kind)) {
        const orphaned = metadata.ownerReferences?.some(({ uid }) => !owners.has(uid)) ?? false
        if (orphaned && metadata.deletionTimestamp === undefined) cluster.delete(kind, metadata)
      }
    }
  }

  #schedule(pod: WrittenPod): void {
    const { cluster, clock } = this.#simulation
    const locks = (each: WrittenPod): boolean =>
      each.spec.containers?.some(({ ports }) => ports?.some(({ hostPort }) => hostPort !== undefined)) ?? false
    const taken = new Set(
      this.pods()
        .filter(locks)
        .map(({ spec }) => spec.nodeName),
    )
    const host = cluster
      .objects(kinds.Node)
      .filter(({ spec }) => spec?.unschedulable !== true)
      .map(({ metadata }) => metadata.name)
      .find((name) => !locks(pod) || !taken.has(name))
    if (host !== undefined) return void cluster.put(kinds.Pod, { ...pod, spec: { ...pod.spec, nodeName: host } })
    if (pod.status?.conditions !== undefined) return
    const lastTransitionTime = new Date(clock.nowMs()).toISOString()
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: noRoom, lastTransitionTime }
    cluster.put(kinds.Pod, { ...pod, status: { conditions: [condition] } })
  }

  #run(pod: WrittenPod): void {
    const { cluster } = this.#simulation
    const status = this.#statusFor(pod)
    cluster.put(kinds.Pod, { ...pod, status })
  }

  #statusFor(pod: WrittenPod): Pod['status'] {
    const { name, labels } = pod.metadata
    const container = { name: 'agent', ready: false, restartCount: 0 }
    switch (pod.spec.containers?.[0]?.image) {
      case badImages.unpullable:
        return { phase: 'Pending', containerStatuses: [{ ...container, state: { waiting: { reason: 'ImagePullBackOff' } } }] }
      case badImages.crashing: {
        const ended = { terminated: { exitCode: 2 } }
        return { phase: 'Running', containerStatuses: [{ ...container, restartCount: 3, lastState: ended }] }
      }
      case badImages.evicted:
        return { phase: 'Failed', reason: 'NodePorts', message: 'Pod was rejected: Predicate NodePorts failed' }
      case badImages.stuck:
        return { phase: 'Pending', conditions: this.#scheduled() }
      case badImages.mute:
        return { phase: 'Running', podIP: `10.0.1.${++this.#addresses}`, conditions: this.#scheduled() }
      default: {
        const podIP = `10.0.0.${++this.#addresses}`
        const agent = this.#simulation.agent(name, labels?.[podLabels.pool] === 'us' ? 'us' : 'eu', podIP)
        agent.addresses = [podIP]
        agent.addressesGuessed = true // In a Pod that listens on every address it cannot know better.
        return { phase: 'Running', podIP, conditions: [{ type: 'Ready', status: 'True' }] }
      }
    }
  }

  /** That the scheduler gave it a Kubernetes Node just now, and its container is not ready. */
  #scheduled(): readonly PodCondition[] {
    const lastTransitionTime = new Date(this.#simulation.clock.nowMs()).toISOString()
    return [
      { type: 'PodScheduled', status: 'True', lastTransitionTime },
      { type: 'Ready', status: 'False', lastTransitionTime },
    ]
  }

  /** SIGTERM: the agent drains by itself, and ends when it is empty or its time is over. */
  #end(pod: WrittenPod, killedAtMs: number): void {
    const { cluster, clock, nodes } = this.#simulation
    const agent = nodes.get(pod.metadata.name)
    if (agent !== undefined && agent.drainReport().stopsAtMs === undefined) agent.stopBy(killedAtMs)
    if (agent !== undefined && !agent.drainReport().drained && clock.nowMs() < killedAtMs) return
    this.#simulation.forget(pod.metadata.name)
    cluster.remove(kinds.Pod, pod.metadata)
  }

  /** The Pods as `name on host, guard, serving`, by name of their host. */
  shown(): readonly string[] {
    return this.pods()
      .map(
        ({ metadata, spec }) =>
          `${metadata.labels?.[podLabels.pool]} on ${spec.nodeName ?? 'nothing'} guard ${metadata.labels?.[podLabels.guard]} serving ${metadata.labels?.[podLabels.serving]}`,
      )
      .toSorted()
  }

  has(name: string): boolean {
    return this.pods().some((pod) => keyOf(pod) === `${namespace}/${name}`)
  }
}
