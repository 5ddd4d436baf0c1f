import type { MeetingEntry } from '../ledger/meetings/meetingEntry.ts'
import { isEmptied } from '../ledger/nodes/nodeEntry.ts'
import { standing } from './standing.ts'
import type { PlacementView } from './view.ts'

/** A cascade reaches at most this many nodes, whatever spec.cascade.maxNodes allows: an order names at most 64 peers. */
const segmentsAtMost = 64

/** Parts of the meeting that stay: one on a node that drains makes room for another. */
function staying(view: PlacementView, { segments }: MeetingEntry): number {
  let count = 0
  for (const segment of segments.values()) {
    const node = view.hostOf(segment)
    if (node !== undefined && !isEmptied(node)) count += 1
  }
  return count
}

/** Whether the meeting may have one segment more. */
export function maySpread(view: PlacementView): boolean {
  const meeting = standing(view)
  if (meeting === undefined) return true
  const atMost = meeting.object?.spec.cascade.maxNodes ?? segmentsAtMost
  const { size } = meeting.segments
  return size < atMost || (size < segmentsAtMost && staying(view, meeting) < atMost)
}

/** That it may not, in words: `it is on 1 media node, as many as spec.cascade.maxNodes allows`. */
export function spreadInWords(view: PlacementView): string {
  const size = standing(view)?.segments.size ?? 0
  const limit = standing(view)?.object?.spec.cascade.maxNodes === undefined ? 'a cascade reaches' : 'spec.cascade.maxNodes allows'
  return `it is on ${size} media node${size === 1 ? '' : 's'}, as many as ${limit}`
}
