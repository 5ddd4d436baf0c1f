import type { MediaNode } from '../../crds/index.ts'
import type { KubeNode } from '../kube/core.ts'

/** Of Kubernetes: the zone of a region that something stands in. Between zones clouds charge for traffic, within one seldom. */
export const zoneLabel = 'topology.kubernetes.io/zone'

/** In which zone a media node stands: by its own label, which somebody gave it, or by that of the Kubernetes Node that its Pod runs on. */
export const zoneOf = (node: MediaNode, host: KubeNode | undefined): string | undefined =>
  node.metadata.labels?.[zoneLabel] ?? host?.metadata.labels?.[zoneLabel]
