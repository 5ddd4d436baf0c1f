import type { Clock } from '../kit/clock.ts'
import type { AccessSource } from '../operator/kube/access.ts'
import { createApiClient } from '../operator/kube/apiClient.ts'
import { kubeConfigAccess } from '../operator/kube/kubeConfigAccess.ts'
import type { Cluster, ClusterFlags } from './deps.ts'
import { cliErrors } from './failure.ts'

function accessOf(flags: ClusterFlags): AccessSource {
  return kubeConfigAccess(flags.kubeconfig === undefined ? 'default' : { file: flags.kubeconfig }, flags.context)
}

/** Finds the cluster as kubectl does: `--kubeconfig`, KUBECONFIG, ~/.kube/config, the service account. Raises `no_cluster`. */
export function connector(clock: Clock, random: () => number): (flags: ClusterFlags) => Promise<Cluster> {
  return async (flags) => {
    const access = accessOf(flags)
    const { url, namespace } = await access({ reload: false }).catch((cause: unknown) => {
      throw cliErrors.raise.no_cluster({ why: cause instanceof Error ? cause.message : String(cause) }, { cause })
    })
    const api = createApiClient({ access, clock, random })
    return { api, url, namespace: flags.namespace ?? namespace ?? 'default', close: () => api.close() }
  }
}
