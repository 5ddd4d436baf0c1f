import type { MediaNodePool } from '../../crds/index.ts'
import { addressesAtMost, whyNotAnnounced } from '../../sfu/api/addresses.ts'
import type { KubeNode, Pod } from '../kube/core.ts'

/** What clients are to be told of a media node, or in words why nothing. */
export type Announced = { readonly addresses: readonly string[] } | { readonly missing: string }

const lacksAddress = (name: string): string =>
  `its Kubernetes Node ${name} has neither an ExternalIP nor an InternalIP: set spec.network.address of the pool`
const unseen = (name: string): string =>
  `the operator does not see the Kubernetes Node ${name}: let it read nodes, or set spec.network.address of the pool`

/** The external addresses of a Kubernetes Node, else the internal ones; what clients cannot use is passed over. */
function ofHost({ status }: KubeNode): readonly string[] {
  const ofType = (wanted: string): readonly string[] =>
    (status?.addresses ?? [])
      .filter(({ type, address }) => type === wanted && whyNotAnnounced(address) === undefined)
      .map(({ address }) => address)
  const external = ofType('ExternalIP')
  return [...new Set(external.length > 0 ? external : ofType('InternalIP'))].slice(0, addressesAtMost)
}

/**
 * The addresses that clients are told of a media node: the pool's own; else with the Pod's network the Pod's; else the Kubernetes Node's,
 * the external ones before the internal ones.
 */
export function announcedOf(at: { pool: MediaNodePool; pod: Pod; host: KubeNode | undefined }): Announced {
  const { network } = at.pool.spec
  const { podIP } = at.pod.status ?? {}
  const { nodeName } = at.pod.spec
  if (network.address !== undefined) return { addresses: [network.address] }
  if (network.mode === 'podNetwork') return podIP ? { addresses: [podIP] } : { missing: 'its Pod has no address yet' }
  if (nodeName === undefined) return { missing: 'its Pod is on no Kubernetes Node yet' }
  if (at.host === undefined) return { missing: unseen(nodeName) }
  const addresses = ofHost(at.host)
  return addresses.length > 0 ? { addresses } : { missing: lacksAddress(nodeName) }
}
