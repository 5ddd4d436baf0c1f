import { specDefaults, type MediaNode, type MediaNodePool, type MediaNodePoolSpec, type MediaNodeSpec } from '../../crds/index.ts'
import type { Pod } from '../kube/core.ts'

const namespace = 'demo'
const times = { resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' }

/** A MediaNode of the pool `eu`; without an address it is one whose Pod the operator makes. */
export function aMediaNode(name: string, spec: Partial<MediaNodeSpec> = {}, uid = `uid-${name}`): MediaNode {
  return {
    apiVersion: 'parley.media/v1alpha1',
    kind: 'MediaNode',
    metadata: { name, namespace, uid, generation: 1, ...times },
    spec: { ...specDefaults.MediaNode, pool: 'eu', ...spec },
  }
}

/** The Pod of a media node, as its kubelet tells it. */
export function aPod(node: MediaNode, status: NonNullable<Pod['status']> = {}, spec: Pod['spec'] = {}): Pod {
  const { apiVersion, kind, metadata } = node
  const owner = { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: metadata.name, namespace, uid: `pod-of-${metadata.uid}`, ...times, ownerReferences: [owner] },
    spec,
    status,
  }
}

/** What a test says of a pool; the rest are the defaults of the definition. */
export type PoolSpecParts = Partial<Omit<MediaNodePoolSpec, 'network'>> & {
  readonly network?: Partial<MediaNodePoolSpec['network']>
}

/** A MediaNodePool that makes Pods. */
export function aPool(name: string, { network, ...spec }: PoolSpecParts = {}): MediaNodePool {
  const defaults = specDefaults.MediaNodePool
  return {
    apiVersion: 'parley.media/v1alpha1',
    kind: 'MediaNodePool',
    metadata: { name, namespace, uid: `pool-${name}`, generation: 1, ...times },
    spec: { ...defaults, region: 'eu-west', image: 'parley-sfu:1', network: { ...defaults.network, ...network }, ...spec },
  }
}
