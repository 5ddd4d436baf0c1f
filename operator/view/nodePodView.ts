import type { MediaNode, MediaNodePool } from '../../crds/index.ts'
import type { NodePodView } from '../plan/nodePod.ts'
import { templateHash } from '../pods/template.ts'
import { isMemberOf } from './mediaNodePoolView.ts'
import { viewMember, type PodSources } from './memberView.ts'

/** The template that the pool of a media node has now; undefined where it has none, goes, or did not make the node. */
function templateFor(node: MediaNode, pool: MediaNodePool | undefined): string | undefined {
  if (pool === undefined || !isMemberOf(node, pool) || pool.metadata.deletionTimestamp !== undefined) return undefined
  return pool.spec.image === undefined ? undefined : templateHash(pool.spec)
}

/** Gathers what the plan for a media node's Pod depends on; undefined where it has no object, or needs no Pod. */
export function viewNodePod(
  sources: PodSources,
  name: string,
  { nowMs, wallMs }: { readonly nowMs: number; readonly wallMs: number },
): NodePodView | undefined {
  const { ledger, refusals } = sources
  const entry = ledger.nodes.get(name)
  if (entry === undefined || entry.object.spec.address !== undefined) return undefined
  const node = entry.object
  return Object.freeze({
    member: viewMember(node, sources, { nowMs, wallMs }),
    template: templateFor(node, ledger.nodes.pool(node.spec.pool)),
    drainedByMs: entry.drain?.deadlineAtMs,
    refusal: refusals.get(node.metadata.uid),
    nowMs,
    wallMs,
  })
}
