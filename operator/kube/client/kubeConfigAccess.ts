import type { RequestOptions } from 'node:https'

import { KubeConfig } from '@kubernetes/client-node'

import type { AccessSource, ApiAccess, TlsMaterial } from './access.ts'

/** Where the configuration comes from: one kubeconfig file, or what kubectl would take (KUBECONFIG, ~/.kube/config), else the service account. */
export type KubeConfigOrigin = { readonly file: string } | 'default'

/** Reads the configuration; throws with the file's fault when there is none that can be used. */
function load(origin: KubeConfigOrigin, context: string | undefined): KubeConfig {
  const config = new KubeConfig()
  if (origin === 'default') config.loadFromDefault()
  else config.loadFromFile(origin.file)
  if (context !== undefined) config.setCurrentContext(context)
  const cluster = config.getCurrentCluster()
  if (!cluster) throw new Error('the kubeconfig names no current context with a cluster')
  if (cluster.proxyUrl) throw new Error('proxy-url in a kubeconfig is not supported')
  // The library refuses plain HTTP unless TLS checks are off; there is no TLS to check on the demo's loopback.
  const plain = cluster.server.startsWith('http:')
  if (plain) config.clusters = config.clusters.map((each) => (each === cluster ? { ...each, skipTLSVerify: true } : each))
  return config
}

/** Everything that a request by this configuration carries; exec plugins and token files are read here. */
async function accessBy(config: KubeConfig): Promise<ApiAccess> {
  const options: RequestOptions = {}
  await config.applyToHTTPSOptions(options)
  const headers = { ...(options.headers as Record<string, string> | undefined) }
  if (options.auth) headers['Authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`
  return {
    url: (config.getCurrentCluster()?.server ?? '').replace(/\/$/, ''),
    headers,
    tls: tlsOf(options),
    namespace: config.getContextObject(config.currentContext)?.namespace,
  }
}

function tlsOf(options: RequestOptions): TlsMaterial {
  return {
    ca: options.ca as Buffer | undefined,
    cert: options.cert as Buffer | string | undefined,
    key: options.key as Buffer | string | undefined,
    servername: options.servername,
    rejectUnauthorized: options.rejectUnauthorized,
  }
}

/**
 * Access by a kubeconfig or by the Pod's service account. @kubernetes/client-node reads tokens, certificates and exec plugins; nothing
 * else of it is used (it opens a connection a request, and its informer stops for good on one fault). `context` names one of the
 * kubeconfig's contexts; absent, the current one counts.
 */
export function kubeConfigAccess(origin: KubeConfigOrigin = 'default', context?: string): AccessSource {
  let config: KubeConfig | undefined
  return async ({ reload }) => {
    if (!config || reload) config = load(origin, context)
    return accessBy(config)
  }
}
