import type { Clock } from '../kit/clock.ts'
import type { Cluster, ClusterFlags } from './deps.ts'
import { cliErrors } from './failure.ts'

/**
 * Finds the cluster as kubectl does: `--kubeconfig`, KUBECONFIG, ~/.kube/config, the service account. Raises `no_cluster`. What reads
 * kubeconfigs takes half a second to load, so it is loaded by the commands that talk to a cluster only.
 */
export function connector(clock: Clock, random: () => number): (flags: ClusterFlags) => Promise<Cluster> {
  return async (flags) => {
    const [{ createApiClient }, { kubeConfigAccess }] = await Promise.all([
      import('../operator/kube/client/apiClient.ts'),
      import('../operator/kube/client/kubeConfigAccess.ts'),
    ])
    const access = kubeConfigAccess(flags.kubeconfig === undefined ? 'default' : { file: flags.kubeconfig }, flags.context)
    const { url, namespace } = await access({ reload: false }).catch((cause: unknown) => {
      throw cliErrors.raise.no_cluster({ why: cause instanceof Error ? cause.message : String(cause) }, { cause })
    })
    const api = createApiClient({ access, clock, random })
    return { api, url, namespace: flags.namespace ?? namespace ?? 'default', close: () => api.close() }
  }
}
