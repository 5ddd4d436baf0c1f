import type { Meeting } from '../../crds/index.ts'
import type { MeetingEntry, Stray } from './meetingEntry.ts'

/**
 * Whether what was found first on the media nodes is left over from an earlier meeting, since the object counts a later one. A replica that has
 * given orders knows better, and of two that were minted at once, by fallback, the smaller counts.
 */
function isSuperseded(entry: MeetingEntry, { status }: Meeting): boolean {
  const { incarnation, given, segments } = entry
  const counted = status?.phase === 'Ended' ? undefined : status?.incarnation
  if (incarnation === undefined || counted === undefined || given !== undefined || entry.isRetired(counted)) return false
  return incarnation < counted && [...segments.values()].every(({ report }) => report?.fallback !== true)
}

/**
 * What an earlier operator wrote about the meeting: its incarnation, and whether it is over. Returns what was found on media nodes and is to
 * be judged anew by that.
 */
export function learnFromStatus(entry: MeetingEntry, object: Meeting): readonly Stray[] {
  const { status } = object
  const incarnation = status?.incarnation
  const found = isSuperseded(entry, object) ? entry.forgetFound() : []
  if (incarnation !== undefined && !entry.isRetired(incarnation)) entry.incarnation ??= incarnation
  if (status?.phase === 'Ended' && incarnation === entry.incarnation) entry.ended ??= { why: status.why ?? 'it has ended' }
  return found
}
