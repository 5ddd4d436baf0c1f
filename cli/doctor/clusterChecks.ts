import { isApiError } from '../../operator/kube/client/apiError.ts'
import type { ApiPort } from '../../operator/kube/client/apiPort.ts'
import { kinds } from '../../operator/kube/kinds.ts'
import type { KubeObject } from '../../operator/kube/objects.ts'
import { readOperatorHealth } from '../operatorHealth.ts'
import { failed, ok, type Check } from './check.ts'
import { lackingOf, readInstalled, readShipped } from './definitions.ts'

/** The API server answers, whatever it says. */
export const apiReachable: Check = {
  name: 'API server',
  needs: [],
  async examine({ cluster }) {
    try {
      await cluster.api.list(kinds.Lease, { pageSize: 1 })
    } catch (error) {
      if (isApiError(error, 'unauthorized'))
        return failed(`${cluster.url} does not know you`, 'Renew the credentials of your kubeconfig.')
      if (isApiError(error, 'forbidden'))
        return failed(`you may not list Leases at ${cluster.url}`, "Ask for Kubernetes' role view, which the chart adds to.")
      if (!isApiError(error, 'notFound'))
        return failed(`${cluster.url}: ${(error as Error).message}`, 'Check the server of your kubeconfig and that it runs.')
    }
    return ok(`${cluster.url} answers`)
  },
}

/** Plurals of our kinds that the API server does not know. */
async function unserved(api: ApiPort): Promise<readonly string[]> {
  const asked = [kinds.Meeting, kinds.MediaNode, kinds.MediaNodePool].map(async (kind) => {
    try {
      await api.list<KubeObject>(kind, { pageSize: 1 })
      return []
    } catch (error) {
      if (isApiError(error, 'notFound')) return [kind.plural]
      throw error
    }
  })
  return (await Promise.all(asked)).flat()
}

/** The custom resources are there, and know every field that this version of the tool knows. */
export const definitionsCurrent: Check = {
  name: 'custom resources',
  needs: [apiReachable.name],
  async examine({ cluster }) {
    const shipped = readShipped()
    const absent = await unserved(cluster.api)
    if (absent.length > 0) return failed(`${absent.join(', ')} missing`, 'Install the chart, or run: kubectl apply -f crds/')
    const installed = await readInstalled(cluster.api, shipped)
    if (installed.size === 0) return ok('served by an API without definitions to compare (the demo)')
    const old = shipped.flatMap((definition) => lackingOf(definition, installed.get(definition.plural)))
    if (old.length > 0) return failed(`older than this tool: without ${old.join(', ')}`, 'Upgrade them: kubectl apply -f crds/')
    return ok(`${shipped.map(({ plural }) => plural).join(', ')} are installed and current`)
  },
}

/** Somebody leads and renews the Lease. */
export const operatorLeads: Check = {
  name: 'operator',
  needs: [apiReachable.name],
  async examine({ cluster, deps }) {
    const health = await readOperatorHealth(cluster.api, deps.clock.nowMs())
    if (health.leading) return ok(health.words)
    return failed(health.words, 'Look at the operator: is it running, and what does its log say about the Lease?')
  },
}
