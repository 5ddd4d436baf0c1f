import type { MediaNode, MediaNodePool, Meeting } from '../../crds/index.ts'
import type { Clock } from '../../kit/clock.ts'
import type { Pod } from '../kube/core.ts'
import { keyOf, type KubeObject } from '../kube/objects.ts'
import type { Store } from '../kube/store.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { LoadStreams } from '../nodes/loadStreams.ts'
import { agentUrlOf } from '../pods/agentUrl.ts'

/** What the ledger learns from the API server. */
export interface Stores {
  readonly meetings: Store<Meeting>
  readonly nodes: Store<MediaNode>
  readonly pools: Store<MediaNodePool>
  /** Media Pods. */
  readonly pods: Store<Pod>
  /** Of the cluster; empty where only named ones are served. */
  readonly namespaces: Store<KubeObject>
}

/** Keeps the ledger as the stores are, and a load stream to each media node that has an address. Pools first: nodes refer to them. */
export function feedLedger(stores: Stores, to: { ledger: Ledger; streams: LoadStreams; clock: Clock }): void {
  const { ledger, streams, clock } = to
  function put(node: MediaNode): void {
    const { name } = node.metadata
    const url = agentUrlOf(node, stores.pods.get(keyOf(node)))
    ledger.putNode(node, url, clock.monotonicMs())
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
  stores.namespaces.onChange(({ key, after }) => {
    if (after === undefined) ledger.namespaces.remove(key)
    else ledger.namespaces.put(key, after.metadata.deletionTimestamp !== undefined)
  })
  stores.meetings.onChange(({ before, after }) => {
    if (before !== undefined && before.metadata.uid !== after?.metadata.uid) ledger.removeMeeting(before, clock.monotonicMs())
    if (after !== undefined) ledger.putMeeting(after, clock.monotonicMs())
  })
}
