/** What a TLS connection to the API server needs; PEM. */
export interface TlsMaterial {
  readonly ca?: string | Buffer | undefined
  readonly cert?: string | Buffer | undefined
  readonly key?: string | Buffer | undefined
  readonly servername?: string | undefined
  readonly rejectUnauthorized?: boolean | undefined
}

/** Where the API server is and what opens its door, at one moment: tokens and certificates rotate. */
export interface ApiAccess {
  /** With scheme, without a trailing slash; it may have a path. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly tls: TlsMaterial
  /** The namespace that the kubeconfig's context or the service account names. */
  readonly namespace?: string | undefined
}

/** Reads the access anew. With `reload` everything is read from its files again, since what was known has been refused. */
export type AccessSource = (options: { readonly reload: boolean }) => Promise<ApiAccess>

/** An access that never changes, for an API server without a door: the embedded one, and tests. */
export function fixedAccess(url: string, headers: Readonly<Record<string, string>> = {}): AccessSource {
  const access = { url: url.replace(/\/$/, ''), headers, tls: {} }
  return () => Promise.resolve(access)
}

/** Whether two accesses can share connections. */
export function sameConnections(a: ApiAccess, b: ApiAccess): boolean {
  const parts = ({ url, tls }: ApiAccess): string =>
    [url, tls.ca, tls.cert, tls.key, tls.servername, tls.rejectUnauthorized].map((part) => String(part)).join('\0')
  return parts(a) === parts(b)
}
