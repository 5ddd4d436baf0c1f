import type { Cluster } from '../kube/cluster.ts'

/** The custom resource definitions, which a release leaves behind, as `kubectl get -o name` calls them. */
export const definitions = ['medianodepools', 'medianodes', 'meetings'].map(
  (plural) => `customresourcedefinition.apiextensions.k8s.io/${plural}.parley.media`,
)

/** Takes them away with all of their objects, so that the next file begins as a cluster without Parley. */
export async function dropDefinitions(cluster: Cluster): Promise<void> {
  await cluster.does('delete', ...definitions, '--ignore-not-found', '--timeout=150s')
}
