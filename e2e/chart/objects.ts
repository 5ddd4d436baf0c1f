import type { Cluster } from '../kube/clusterHandle.ts'

/** What clusters make and drop by themselves: events, leases of nodes, what stands for the Pods of a Service and for a group of definitions. */
const fleeting = /^(event|lease|endpoints|endpointslice|apiservice)[./]/

/** What every namespace has, whoever made it. */
const ofEveryNamespace = /^(serviceaccount\/default|configmap\/kube-root-ca\.crt)$/

async function named(cluster: Cluster, kinds: string, args: readonly string[]): Promise<readonly string[]> {
  const out = await cluster.does('get', kinds, ...args, '--ignore-not-found', '-o', 'name')
  return out.split('\n').filter((line) => line !== '' && !fleeting.test(line))
}

const kindsOf = async (cluster: Cluster, namespaced: boolean): Promise<string> =>
  (await cluster.does('api-resources', '--verbs=list', `--namespaced=${namespaced}`, '-o', 'name')).trim().replaceAll('\n', ',')

/** Names of all objects in a namespace that somebody made there, as `deployment.apps/x`. */
export async function objectsIn(cluster: Cluster, namespace: string): Promise<readonly string[]> {
  const found = await named(cluster, await kindsOf(cluster, true), ['--namespace', namespace])
  return found.filter((name) => !ofEveryNamespace.test(name)).toSorted()
}

/** Names of all objects that belong to no namespace, but for namespaces themselves: those of other files may be about to end. */
export async function objectsInNone(cluster: Cluster): Promise<readonly string[]> {
  const found = await named(cluster, await kindsOf(cluster, false), [])
  return found.filter((name) => !name.startsWith('namespace/')).toSorted()
}
