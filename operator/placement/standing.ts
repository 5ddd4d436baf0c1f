import type { MeetingEntry } from '../ledger/meetings/meetingEntry.ts'
import { wouldBeMade } from './pools.ts'
import type { PlacementView } from './view.ts'

/** The meeting as it stands, unless it is over and this join begins another. */
export const standing = (view: PlacementView): MeetingEntry | undefined => (wouldBeMade(view) ? undefined : view.meeting)

/**
 * The version of the contract between media nodes on which the meeting stands: that of the oldest of its segments that stay, since all
 * have the same. Undefined where it stands nowhere yet.
 */
export function edgeVersionOf(view: PlacementView): number | undefined {
  const meeting = standing(view)
  if (meeting === undefined || meeting.segments.size === 0) return undefined
  for (const segment of meeting.segments.values()) {
    const node = segment.closing ? undefined : view.hostOf(segment)
    if (node?.introduction !== undefined) return node.edgeVersion
  }
  return undefined
}
