import { missing, waitFor } from '../../kit/wait.ts'
import type { Cluster, List } from './clusterHandle.ts'

interface Named {
  readonly metadata: { readonly name: string }
}
interface Node extends Named {
  readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] }
}
interface Lease extends Named {
  readonly spec: { readonly renewTime: string }
}

const isReady = ({ status }: Node): boolean =>
  status.conditions.some(({ type, status: holds }) => type === 'Ready' && holds === 'True')

/**
 * Waits until every node has been heard since `sinceMs` (Unix milliseconds) and is Ready: after an outage of the API server nodes still look
 * Ready, and each kubelet comes through when its next try is due.
 */
export async function nodesAreBack(cluster: Cluster, sinceMs: number): Promise<void> {
  await waitFor(
    async () => {
      const leases = (await cluster.get<List<Lease>>('leases', '--namespace', 'kube-node-lease')).items
      const heard = new Set(
        leases.filter(({ spec }) => Date.parse(spec.renewTime) >= sinceMs).map(({ metadata }) => metadata.name),
      )
      const nodes = (await cluster.get<List<Node>>('nodes')).items
      const away = nodes.filter((node) => !heard.has(node.metadata.name) || !isReady(node)).map(({ metadata }) => metadata.name)
      return away.length === 0 || missing(`${away.join(', ')} to be heard and Ready`)
    },
    { timeoutMs: 180_000, pollMs: 500 },
  )
}
