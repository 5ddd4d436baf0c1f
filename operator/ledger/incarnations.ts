import type { SegmentReport } from '../../sfu/api/order.ts'
import type { MeetingEntry } from './meetingEntry.ts'

/** What a reported segment is to the meeting of its name: part of it, its new incarnation (`again`: after the last one ended), or left over. */
export type Relation = 'current' | 'adopted' | 'again' | 'stray'

/**
 * Whether a reported segment belongs to the meeting, takes it over or is left over.
 *
 * Of two incarnations that were minted at once the smaller wins. Only segments that were made by fallback can have been: one that
 * follows orders and is not the current incarnation is left over from an earlier meeting. Where nothing is known of the meeting yet
 * (the operator has just begun), what is reported is adopted, the smallest first.
 */
export function relationOf(entry: MeetingEntry, report: SegmentReport): Relation {
  const { incarnation } = report.meeting
  if (entry.incarnation === incarnation) return 'current'
  if (entry.isRetired(incarnation)) return 'stray'
  if (entry.ended !== undefined) return entry.mayBeginAgain ? 'again' : 'stray'
  if (entry.incarnation === undefined) return 'adopted'
  return report.fallback && incarnation < entry.incarnation ? 'adopted' : 'stray'
}
