import type { MediaNodePool } from '../../crds/index.ts'
import type { Rights } from '../../sfu/api/rights.ts'
import type { MeetingEntry, Segment } from '../ledger/meetings/meetingEntry.ts'
import type { NodeEntry } from '../ledger/nodes/nodeEntry.ts'

/** Who wants to go where. */
export interface Wish {
  readonly namespace: string
  readonly name: string
  readonly participant: string
  readonly rights: Rights
  /** What people call the meeting, if this join makes it. */
  readonly title?: string | undefined
  /** The region that the client names. */
  readonly region?: string | undefined
  /** Round trips in milliseconds that the client measured, by region. */
  readonly rttsMs?: Readonly<Record<string, number>> | undefined
  /** Media nodes that just failed this participant. */
  readonly excludeNodes?: readonly string[] | undefined
  /** What some of these are that this request does not name: `what failed them lately`. */
  readonly keptFrom?: string | undefined
  /** The participant's attachment that the new one takes the place of. */
  readonly replaces?: string | undefined
}

/** Nodes of one pool that take new segments: the least loaded first, or, where the pool packs, the fullest that has room. */
export interface OpenNodes {
  readonly size: number
  first(): NodeEntry | undefined
  inOrder(): Iterable<NodeEntry>
}

/** What a placement may look at. Nothing of it changes while it decides. `nowMs` is monotonic, `wallMs` is not. */
export interface PlacementView {
  readonly nowMs: number
  readonly wallMs: number
  readonly meeting: MeetingEntry | undefined
  readonly pools: readonly MediaNodePool[]
  hostOf(segment: Segment): NodeEntry | undefined
  /** Where that stands: all that is asked of most segments, and costs no look at their nodes. */
  regionOf(segment: Segment): string | undefined
  node(name: string): NodeEntry | undefined
  /** Those of one version of the contract between media nodes, where it is given. */
  open(pool: string, edgeVersion: number | undefined): OpenNodes
  /** Why no meeting can be made in this namespace, in words; undefined where one can, or nobody knows. */
  whyNoneIn(namespace: string): string | undefined
  /** How many ad hoc meetings a pool has in its account. */
  adHocCount(pool: string): number
}

/** Rules that refuse a participant; the codes of the placement API. */
export type RefusalCode =
  | 'meeting_unknown'
  | 'meeting_not_started'
  | 'meeting_locked'
  | 'meeting_full'
  | 'meeting_ended'
  | 'meeting_invalid'
  | 'ad_hoc_not_allowed'
  | 'ad_hoc_limit'
  | 'no_pool'
  | 'no_pool_selected'
  | 'no_region'

export interface Refusal {
  readonly code: RefusalCode
  readonly reason: string
}

/** Where a participant goes, or why nowhere. */
export type Decision =
  | {
      readonly result: 'placed'
      readonly node: NodeEntry
      readonly region: string
      /** The segment that takes them; undefined when one is opened. */
      readonly segment: Segment | undefined
      readonly reason: string
      /** Why that node, without what is particular to this participant: what a segment that is opened for them tells everybody of itself. */
      readonly why: string
      /** They come from another media node, since somebody asked for that or it was lost. */
      readonly moved?: { readonly from: string; readonly why: string; readonly isAskedFor: boolean }
    }
  | ({ readonly result: 'refused' } & Refusal)
  | { readonly result: 'tryAfter'; readonly code: 'no_node_ready' | 'nodes_full' | 'meeting_settling'; readonly reason: string }
