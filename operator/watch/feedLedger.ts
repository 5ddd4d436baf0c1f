import type { MediaNode, MediaNodePool, Meeting } from '../../crds/index.ts'
import type { Clock } from '../../kit/clock.ts'
import type { KubeNode, Pod } from '../kube/core.ts'
import { keyOf, type KubeObject } from '../kube/objects.ts'
import type { Store } from '../kube/watch/store.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { LoadStreams } from '../nodes/loadStreams.ts'
import { agentUrlOf } from '../pods/agentUrl.ts'
import { zoneLabel, zoneOf } from '../pods/zone.ts'

/** What the ledger learns from the API server. */
export interface Stores {
  readonly meetings: Store<Meeting>
  readonly nodes: Store<MediaNode>
  readonly pools: Store<MediaNodePool>
  /** Media Pods. */
  readonly pods: Store<Pod, 'host'>
  /** Kubernetes Nodes; empty where they may not be read. */
  readonly hosts: Store<KubeNode>
  /** Of the cluster; empty where only named ones are served. */
  readonly namespaces: Store<KubeObject>
}

/** Keeps the ledger as the stores are, and a load stream to each media node that has an address. Pools first: nodes refer to them. */
export function feedLedger(stores: Stores, to: { ledger: Ledger; streams: LoadStreams; clock: Clock }): void {
  const { ledger, streams, clock } = to
  function put(node: MediaNode): void {
    const { name } = node.metadata
    const pod = stores.pods.get(keyOf(node))
    const url = agentUrlOf(node, pod)
    const zone = zoneOf(node, pod?.spec.nodeName === undefined ? undefined : stores.hosts.get(pod.spec.nodeName))
    ledger.putNode(node, { url, zone }, clock.monotonicMs())
    if (url === undefined) streams.unfollow(name)
    else streams.follow(name, url)
  }
  stores.pools.onChange(({ before, after }) => {
    if (after !== undefined) ledger.putPool(after, clock.monotonicMs())
    else if (before !== undefined) ledger.removePool(before.metadata.name, clock.monotonicMs())
  })
  stores.nodes.onChange(({ before, after }) => {
    if (after !== undefined) put(after)
    else if (before !== undefined) {
      streams.unfollow(before.metadata.name)
      ledger.removeNode(before.metadata.name, clock.monotonicMs())
    }
  })
  stores.pods.onChange(({ key }) => {
    const node = stores.nodes.get(key)
    if (node !== undefined) put(node)
  })
  stores.hosts.onChange(({ key, before, after }) => {
    if (before?.metadata.labels?.[zoneLabel] === after?.metadata.labels?.[zoneLabel]) return
    for (const pod of stores.pods.by('host', key)) {
      const node = stores.nodes.get(keyOf(pod))
      if (node !== undefined) put(node)
    }
  })
  stores.namespaces.onChange(({ key, after }) => {
    if (after === undefined) ledger.namespaces.remove(key)
    else ledger.namespaces.put(key, after.metadata.deletionTimestamp !== undefined)
  })
  stores.meetings.onChange(({ before, after }) => {
    if (before !== undefined && before.metadata.uid !== after?.metadata.uid) ledger.removeMeeting(before, clock.monotonicMs())
    if (after !== undefined) ledger.putMeeting(after, clock.monotonicMs())
  })
}
