import type { Meeting } from '../../../crds/index.ts'
import { isTwin } from './incarnations.ts'
import type { MeetingEntry, Stray } from './meetingEntry.ts'

/**
 * Whether what was found first on the media nodes is left over from an earlier meeting, since the object counts a later one. A replica that has
 * given orders knows better, and of two that were minted at once the smaller counts.
 */
function isSuperseded(entry: MeetingEntry, counted: string): boolean {
  const { incarnation, given, segments } = entry
  if (incarnation === undefined || given !== undefined || incarnation >= counted) return false
  return [...segments.values()].every(({ report }) => report === undefined || !isTwin(entry, report, counted))
}

/** Takes the incarnation that the object counts for the meeting's. Returns what was found on media nodes and is to be judged anew by that. */
function count(entry: MeetingEntry, incarnation: string): readonly Stray[] {
  const found = isSuperseded(entry, incarnation) ? entry.forgetFound() : []
  entry.incarnation ??= incarnation
  return found
}

/** What an earlier operator wrote about the meeting: its incarnation, and whether it is over. Returns as {@link count} does. */
export function learnFromStatus(entry: MeetingEntry, { status }: Meeting): readonly Stray[] {
  const incarnation = status?.incarnation
  if (status === undefined || incarnation === undefined || entry.isRetired(incarnation)) return []
  if (status.phase !== 'Ended') return count(entry, incarnation)
  entry.incarnation ??= incarnation
  if (incarnation === entry.incarnation) entry.ended ??= { why: status.why ?? 'it has ended' }
  return []
}
