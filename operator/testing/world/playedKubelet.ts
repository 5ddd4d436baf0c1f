import { systemClock as clock } from '../../../kit/clock.ts'
import { ulidSource } from '../../../kit/ids.ts'
import type { TrustedKeys } from '../../../kit/keys.ts'
import type { Answer, ContractApi } from '../../kube/contract/contractApi.ts'
import { mergePatchType } from '../../kube/contract/contractCase.ts'
import type { KubeNode, Pod } from '../../kube/core.ts'
import type { KubeObject } from '../../kube/objects.ts'
import { agentPort } from '../../pods/agentUrl.ts'
import { serveFakeAgent, type FakeAgentServer } from '../fakes/fakeAgentServer.ts'
import { FakeMediaNode } from '../fakes/fakeMediaNode.ts'

const everyMs = 200
/** Owners come before what they own. */
const owned = ['apis/parley.media/v1alpha1/*/medianodes', 'api/v1/*/pods', 'apis/policy/v1/*/poddisruptionbudgets'] as const
const owners = ['medianodepools', 'medianodes'] as const

interface List<T> {
  readonly items: readonly T[]
}

/**
 * What a real API server lacks where no controller runs: a scheduler, kubelets whose agents are fake media nodes on addresses of the
 * loopback, and a garbage collector. It looks five times a second until it is closed.
 */
export class PlayedKubelet {
  /** Agents by the name of their Pod. */
  readonly agents = new Map<string, FakeAgentServer>()
  readonly #api: ContractApi
  readonly #namespace: string
  readonly #keys: TrustedKeys
  readonly #mintUlid = ulidSource(() => clock.nowMs())
  readonly #stopping = new AbortController()
  readonly #running: Promise<void>
  #addresses = 0

  constructor(options: { api: ContractApi; namespace: string; keys: TrustedKeys }) {
    this.#api = options.api
    this.#namespace = options.namespace
    this.#keys = options.keys
    this.#running = this.#run(this.#stopping.signal)
  }

  /** Makes a Kubernetes Node. */
  async host(name: string, address: string): Promise<void> {
    const metadata = { name }
    await this.#must(this.#api.post('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata }))
    const status = { addresses: [{ type: 'InternalIP', address }] }
    await this.#must(this.#patch(`/api/v1/nodes/${name}/status`, { status }))
  }

  /** Cordons a Kubernetes Node, or uncordons it. */
  async cordon(name: string, unschedulable: boolean): Promise<void> {
    await this.#must(this.#patch(`/api/v1/nodes/${name}`, { spec: { unschedulable } }))
  }

  async pods(): Promise<readonly Pod[]> {
    return this.#list<Pod>(`/api/v1/namespaces/${this.#namespace}/pods`)
  }

  /** Asks for an eviction as `kubectl drain` does; the status of the answer. */
  async evict(pod: string): Promise<number> {
    const metadata = { name: pod, namespace: this.#namespace }
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata }
    return (await this.#api.post(`/api/v1/namespaces/${this.#namespace}/pods/${pod}/eviction`, body)).code
  }

  async close(): Promise<void> {
    this.#stopping.abort()
    await this.#running
    await Promise.all([...this.agents.values()].map((agent) => agent.close()))
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#collect()
      for (const pod of await this.pods()) await this.#serve(pod)
      await clock.sleep(everyMs, signal).catch(() => undefined)
    }
  }

  async #serve(pod: Pod): Promise<void> {
    const { deletionTimestamp } = pod.metadata
    if (deletionTimestamp !== undefined) await this.#end(pod, Date.parse(deletionTimestamp))
    else if (pod.spec.nodeName === undefined) await this.#schedule(pod)
    else if (pod.status?.podIP === undefined) await this.#start(pod)
  }

  async #schedule({ metadata: { name, namespace } }: Pod): Promise<void> {
    const taken = new Set((await this.pods()).map(({ spec }) => spec.nodeName))
    const hosts = await this.#list<KubeNode>('/api/v1/nodes')
    const host = hosts.find(({ metadata, spec }) => spec?.unschedulable !== true && !taken.has(metadata.name))
    if (host === undefined) return
    const target = { apiVersion: 'v1', kind: 'Node', name: host.metadata.name }
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace }, target }
    await this.#must(this.#api.post(`/api/v1/namespaces/${namespace}/pods/${name}/binding`, binding))
  }

  async #start({ metadata: { name, namespace } }: Pod): Promise<void> {
    const podIP = `127.77.${Math.floor(this.#addresses / 250)}.${(this.#addresses++ % 250) + 1}`
    const node = new FakeMediaNode({ name, clock, mintUlid: this.#mintUlid })
    this.agents.set(name, await serveFakeAgent(node, this.#keys, { host: podIP, port: agentPort }))
    const conditions = ['PodScheduled', 'Ready'].map((type) => ({ type, status: 'True' }))
    const status = { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions }
    await this.#must(this.#patch(`/api/v1/namespaces/${namespace}/pods/${name}/status`, { status }))
  }

  /** SIGTERM, and SIGKILL when its time is over. */
  async #end({ metadata: { name, namespace } }: Pod, killedAtMs: number): Promise<void> {
    const agent = this.agents.get(name)
    if (agent !== undefined && agent.node.drainReport().stopsAtMs === undefined) agent.node.stopBy(killedAtMs)
    if (agent !== undefined && !agent.node.drainReport().drained && clock.nowMs() < killedAtMs) return
    this.agents.delete(name)
    await agent?.close()
    await this.#api.delete(`/api/v1/namespaces/${namespace}/pods/${name}`, { gracePeriodSeconds: 0 })
  }

  /** What has no owner any more goes. */
  async #collect(): Promise<void> {
    const living = await Promise.all(
      owners.map((plural) => this.#list<KubeObject>(`/apis/parley.media/v1alpha1/namespaces/${this.#namespace}/${plural}`)),
    )
    const uids = new Set(living.flat().map(({ metadata }) => metadata.uid))
    for (const kind of owned) {
      const path = `/${kind.replace('*', `namespaces/${this.#namespace}`)}`
      for (const { metadata } of await this.#list<KubeObject>(path)) {
        const isOrphan = metadata.ownerReferences?.some(({ uid }) => !uids.has(uid)) ?? false
        if (isOrphan && metadata.deletionTimestamp === undefined) await this.#api.delete(`${path}/${metadata.name}`)
      }
    }
  }

  async #list<T>(path: string): Promise<readonly T[]> {
    return ((await this.#must(this.#api.get(path))).body as unknown as List<T>).items
  }

  #patch(path: string, body: object): Promise<Answer> {
    return this.#api.patch(path, body, { contentType: mergePatchType })
  }

  async #must(asked: Promise<Answer>): Promise<Answer> {
    const answer = await asked
    if (answer.code >= 300) throw new Error(`the API server answers ${answer.code}: ${answer.text}`)
    return answer
  }
}
