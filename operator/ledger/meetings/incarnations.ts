import type { SegmentReport } from '../../../sfu/api/order.ts'
import type { MeetingEntry } from './meetingEntry.ts'

/**
 * What a reported segment is to the meeting of its name: part of it, its new incarnation (`again`: after the last one ended), part of it under
 * another incarnation that is yet to be adopted (`alias`), or left over.
 */
export type Relation = 'current' | 'adopted' | 'again' | 'alias' | 'stray'

/** Whether the meeting stands as the incarnation that counts; one that does not goes on as another. */
const stands = ({ segments, incarnation }: MeetingEntry): boolean =>
  [...segments.values()].some(({ report }) => report === undefined || report.meeting.incarnation === incarnation)

/**
 * Whether the segment is to go on as part of the meeting: minted at the same time, and so larger, or the meeting would be called by it. A
 * node hosts one of them at most: where it has two, and where its agent does not adopt, the larger is left over.
 */
function isAlias(entry: MeetingEntry, node: string, { meeting }: SegmentReport): boolean {
  const there = entry.segments.get(node)?.report?.meeting.incarnation
  if (entry.isUnadoptable(node, meeting.incarnation)) return false
  return (
    there === meeting.incarnation || (there === undefined && stands(entry) && meeting.incarnation > (entry.incarnation ?? ''))
  )
}

/**
 * Whether a segment was minted at the same time as what the meeting is called by, `counted`: it was made by fallback, another operator has made
 * `counted` part of it, or there are people in it and no object of somebody's says what the meeting is. One that a join made is over when it is
 * empty and not before, so they are in it still: a leader that had not heard of their node began it once more. Any other that is
 * smaller and follows orders is left over from an earlier meeting.
 */
export const isTwin = (
  { adHoc }: Pick<MeetingEntry, 'adHoc'>,
  { fallback, aliases = [], participants }: SegmentReport,
  counted: string,
): boolean => fallback || aliases.includes(counted) || (adHoc !== undefined && participants.length > 0)

/**
 * Whether a reported segment belongs to the meeting, takes it over or is left over.
 *
 * Of two incarnations that were minted at once the smaller wins, and the other goes on as part of it. Where nothing is known of the meeting
 * yet (the operator has just begun), what is reported is adopted, the smallest first.
 */
export function relationOf(entry: MeetingEntry, node: string, report: SegmentReport): Relation {
  const { incarnation } = report.meeting
  if (entry.incarnation === incarnation) return 'current'
  if (entry.isRetired(incarnation)) return 'stray'
  if (entry.ended !== undefined) return entry.mayBeginAgain ? 'again' : 'stray'
  if (entry.incarnation === undefined) return 'adopted'
  if (incarnation < entry.incarnation && isTwin(entry, report, entry.incarnation)) return 'adopted'
  return isAlias(entry, node, report) ? 'alias' : 'stray'
}
