import type { Cluster, List } from '../e2e/kube/clusterHandle.ts'

/** What the Pods of one component took together. */
export interface ComponentUsage {
  readonly component: string
  readonly pods: number
  /** Working sets, in MiB. */
  readonly memoryMiB: number
  /** Thousandths of a core. */
  readonly cpuMillicores: number
}

interface PodUsage {
  readonly component: string
  readonly atMs: number
  readonly memoryBytes: number
  readonly cpuNanoseconds: number
}

/** What all Pods of a namespace have used by a moment. */
export interface Usage {
  readonly pods: ReadonlyMap<string, PodUsage>
  /** By component, between then and now; Pods that are not in both do not count. */
  since(before: Usage): readonly ComponentUsage[]
}

/** A kubelet's summary, as far as it is read. */
interface Summary {
  readonly pods: readonly {
    readonly podRef: { readonly name: string; readonly namespace: string }
    readonly memory?: { readonly workingSetBytes?: number }
    readonly cpu?: { readonly time: string; readonly usageCoreNanoSeconds?: number }
  }[]
}

interface Labelled {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> }
}

const componentLabel = 'app.kubernetes.io/component'
const mebibyte = 1024 * 1024

/** Asks the kubelets; there is no metrics server. */
export async function usageOf(cluster: Cluster, namespace: string): Promise<Usage> {
  const nodes = (await cluster.get<List<Labelled>>('nodes')).items
  const components = new Map(
    (await cluster.get<List<Labelled>>('pods', '--namespace', namespace)).items.map(
      ({ metadata: { name, labels = {} } }) => [name, labels[componentLabel] ?? 'other'] as const,
    ),
  )
  const summaries = await Promise.all(
    nodes.map(
      async ({ metadata: { name } }) =>
        JSON.parse(await cluster.does('get', '--raw', `/api/v1/nodes/${name}/proxy/stats/summary`)) as Summary,
    ),
  )
  const pods = new Map(
    summaries
      .flatMap((summary) => summary.pods)
      .filter(({ podRef }) => podRef.namespace === namespace)
      .map(({ podRef, memory, cpu }) => [
        podRef.name,
        {
          component: components.get(podRef.name) ?? 'other',
          atMs: Date.parse(cpu?.time ?? ''),
          memoryBytes: memory?.workingSetBytes ?? Number.NaN,
          cpuNanoseconds: cpu?.usageCoreNanoSeconds ?? Number.NaN,
        },
      ]),
  )
  return { pods, since: (before) => between(before.pods, pods) }
}

function between(before: Usage['pods'], after: Usage['pods']): readonly ComponentUsage[] {
  const both = [...after].flatMap(([name, now]) => {
    const then = before.get(name)
    if (then === undefined || now.atMs <= then.atMs) return []
    return [{ ...now, cores: (now.cpuNanoseconds - then.cpuNanoseconds) / 1e6 / (now.atMs - then.atMs) }]
  })
  return [...Map.groupBy(both, ({ component }) => component)]
    .map(([component, pods]) => ({
      component,
      pods: pods.length,
      memoryMiB: Math.round(pods.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0) / mebibyte),
      cpuMillicores: Math.round(pods.reduce((sum, { cores }) => sum + cores * 1_000, 0)),
    }))
    .toSorted((a, b) => (a.component < b.component ? -1 : 1))
}
