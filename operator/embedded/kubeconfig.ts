import { stringify } from 'yaml'

/** What a client needs to reach the API. */
export interface Access {
  readonly url: string
  readonly token?: string
  /** PEM of what signed the server's certificate. */
  readonly certificateAuthority?: string
}

/** A kubeconfig for the API. kubectl sends a token over TLS only. */
export function kubeconfigText({ url, token, certificateAuthority }: Access): string {
  const authority = certificateAuthority && { 'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64') }
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'parley',
    contexts: [{ name: 'parley', context: { cluster: 'parley', user: 'parley', namespace: 'default' } }],
    clusters: [{ name: 'parley', cluster: { server: url, ...authority } }],
    users: [{ name: 'parley', user: { ...(token !== undefined && { token }) } }],
  })
}
