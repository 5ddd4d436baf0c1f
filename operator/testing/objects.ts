import { specDefaults, type MediaNode, type MediaNodeSpec } from '../../crds/index.ts'
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
