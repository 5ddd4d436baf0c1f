import type { MediaNode } from '../../crds/index.ts'
import { loadStaleAfterMs } from '../../sfu/api/load.ts'
import type { Introduction } from '../ledger/nodes/nodeEntry.ts'
import { isStale, nodeStateOf, type StateWithReason } from '../ledger/nodes/nodeState.ts'
import type { Announced } from '../pods/announced.ts'
import type { Reach } from '../reach/judge.ts'
import { viewAnnounced, viewMember, type MemberView, type PodSources } from './memberView.ts'
import { viewDrain, type DrainView } from './drainView.ts'

/** Everything that one media node's status and orders depend on, frozen. */
export interface MediaNodeView {
  readonly object: MediaNode
  readonly region: string | undefined
  readonly state: StateWithReason
  readonly introduction: Introduction | undefined
  /** The worst of its resources, as a fraction; undefined until it told. */
  readonly load: number | undefined
  readonly people: number
  readonly meetings: number
  /** Where its agent is reached; undefined while its Pod has no address. */
  readonly url: string | undefined
  /** Whether its agent answers now, whatever else keeps it from taking work. */
  readonly heard: boolean
  /** What clients are to be told; undefined for a node that was registered by its address, which was told by its own settings. */
  readonly announced: Announced | undefined
  readonly drain: DrainView
  /** What the operator knows of its Pod; undefined for a node that was registered by its address. */
  readonly member: MemberView | undefined
  /** What this leader found out about whether clients reach it; undefined before it did. */
  readonly reach: Reach | undefined
  /** When it will have been silent for too long, if nothing is heard; monotonic milliseconds. */
  readonly silentAtMs: number | undefined
  readonly nowMs: number
  readonly wallMs: number
}

/** Gathers what the status of a media node depends on; undefined where it has no object. */
export function viewMediaNode(
  sources: PodSources,
  name: string,
  { nowMs, wallMs, reach }: { readonly nowMs: number; readonly wallMs: number; readonly reach: Reach | undefined },
): MediaNodeView | undefined {
  const { ledger } = sources
  const node = ledger.nodes.get(name)
  if (node === undefined) return undefined
  const silentAtMs = (node.heardAtMs ?? node.knownSinceMs) + loadStaleAfterMs + 1
  return Object.freeze({
    object: node.object,
    region: node.region,
    state: nodeStateOf(node, nowMs),
    introduction: node.introduction,
    load: node.worstShare,
    people: node.load?.participants ?? 0,
    meetings: ledger.meetings.hostedOn(name),
    url: node.url,
    heard: node.heardAtMs !== undefined && !isStale(node, nowMs) && node.fault === undefined,
    announced: viewAnnounced(sources, node.object),
    drain: viewDrain(ledger, node, { nowMs, wallMs }),
    member: node.object.spec.address === undefined ? viewMember(node.object, sources, { nowMs, wallMs }) : undefined,
    reach,
    silentAtMs: silentAtMs > nowMs ? silentAtMs : undefined,
    nowMs,
    wallMs,
  })
}
