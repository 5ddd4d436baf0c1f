import type { SegmentReport } from '../../../sfu/api/order.ts'
import type { MeetingEntry, Segment } from './meetingEntry.ts'
import type { Placement } from '../people/stay.ts'

/** How a meeting is known, whatever its incarnation. */
export const keyOf = (meeting: { namespace: string; name: string }): string => `${meeting.namespace}/${meeting.name}`

/** What a meeting had on a node that is lost. */
export interface LostPart {
  readonly entry: MeetingEntry
  readonly segment: Segment | undefined
  /** Those who were attached there or held a grant for it. */
  readonly people: readonly Placement[]
}

/** Whether others are to give it some of the meeting's places. */
export const lacksPlaces = ({ capacity }: MeetingEntry, { crowd, places }: Segment): boolean =>
  capacity !== undefined && crowd.size > places.atMost

/** Why a segment stands where it was found. */
export function whyFound({ meeting, fallback }: SegmentReport, { incarnation }: MeetingEntry): string {
  if (meeting.incarnation !== incarnation) return 'took the meeting at the same time as another node; joined to it'
  return fallback ? 'placed by fallback while no operator answered' : 'reported by the node'
}

/** Whether nothing is left to know of a meeting. */
export function isOver(entry: MeetingEntry): boolean {
  const nothingLeft = entry.segments.size === 0 && entry.strays.size === 0 && entry.people.seats === 0
  return (
    entry.object === undefined &&
    entry.discardedUid === undefined &&
    nothingLeft &&
    (entry.ended !== undefined || entry.adHoc === undefined)
  )
}
