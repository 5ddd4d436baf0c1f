import { stringify } from 'yaml'

/** A kubeconfig for the embedded API of the demo. */
export function kubeconfigOf(options: { url: string; namespace: string; token?: string }): string {
  const name = 'parley-demo'
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: options.url } }],
    users: [{ name, user: options.token === undefined ? {} : { token: options.token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: options.namespace } }],
    'current-context': name,
  })
}
