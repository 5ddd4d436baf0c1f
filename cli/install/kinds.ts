import type { KindRef, KubeObject } from '../../operator/kube/objects.ts'

/** A Secret; `data` is in base64. */
export interface Secret extends KubeObject {
  readonly type?: string
  readonly data?: Readonly<Record<string, string>>
}

/** A ConfigMap. */
export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}

/** A Deployment, as far as an installation is scaled. */
export interface Deployment extends KubeObject {
  readonly spec?: { readonly replicas?: number }
}

/** What only an installer reads and writes. */
export const installKinds = {
  Secret: { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true } as KindRef<Secret, Secret>,
  ConfigMap: { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true } as KindRef<ConfigMap, ConfigMap>,
  Deployment: { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments', namespaced: true } as KindRef<
    Deployment,
    Deployment
  >,
  Pod: { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true } as KindRef,
} as const

/** What `install keys` makes carries these labels; only that is filled up and, at the end, deleted. */
export const madeByUs = { 'app.kubernetes.io/managed-by': 'kubectl-parley', 'app.kubernetes.io/part-of': 'parley' } as const

/** Whether `install keys` made it. */
export function isOurs({ metadata }: KubeObject): boolean {
  return Object.entries(madeByUs).every(([label, value]) => metadata.labels?.[label] === value)
}
