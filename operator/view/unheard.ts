import type { MeetingSegment } from '../../crds/index.ts'
import type { SegmentReport } from '../../sfu/api/order.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { MeetingEntry } from '../ledger/meetings/meetingEntry.ts'
import { nodeStateOf, type NodeState } from '../ledger/nodes/nodeState.ts'

/** Nodes that were not heard yet, or not since the part was made. */
const unheardStates: ReadonlySet<NodeState> = new Set(['pending', 'silent'])

/** Whether a node may host what this replica was not told of: unknown is not zero. */
function mayHost(ledger: Ledger, name: string, nowMs: number): boolean {
  const node = ledger.nodes.get(name)
  return node !== undefined && unheardStates.has(nodeStateOf(node, nowMs).state)
}

function toldParts({ object, incarnation }: MeetingEntry): readonly MeetingSegment[] {
  const { status } = object ?? {}
  return status?.incarnation === incarnation ? (status?.segments ?? []) : []
}

function peersOf({ segments }: MeetingEntry): SegmentReport['peers'] {
  return [...segments.values()].flatMap(({ report }) => report?.peers ?? [])
}

/** Parts that an earlier operator wrote down, and those that others have a pipe to, on nodes that may still have them. */
export function unheardParts(ledger: Ledger, entry: MeetingEntry, nowMs: number): readonly MeetingSegment[] {
  const parts = new Map<string, MeetingSegment>()
  for (const { node, role } of peersOf(entry).filter(({ up }) => up)) {
    const region = ledger.nodes.get(node)?.region ?? 'unknown'
    parts.set(node, { node, region, role, why: 'told of by its peers', generation: 0, fallback: false })
  }
  for (const part of toldParts(entry)) parts.set(part.node, part)
  return [...parts.values()].filter(({ node }) => !entry.segments.has(node) && mayHost(ledger, node, nowMs))
}

/**
 * Nodes that may have some of the meeting's places though this operator did not hear of it: those that an earlier one wrote down, and all that
 * any order names as a peer, whether there is a pipe already or not.
 */
export function unheardHolders(ledger: Ledger, entry: MeetingEntry, nowMs: number): readonly string[] {
  const named = new Set([...peersOf(entry), ...toldParts(entry)].map(({ node }) => node))
  return [...named].filter((node) => !entry.segments.has(node) && mayHost(ledger, node, nowMs)).toSorted()
}
