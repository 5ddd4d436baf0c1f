import type { Meeting } from '../../crds/index.ts'
import type { MeetingEntry } from './meetingEntry.ts'

/** What an earlier operator wrote about the meeting: its incarnation, and whether it is over. */
export function learnFromStatus(entry: MeetingEntry, { status }: Meeting): void {
  const incarnation = status?.incarnation
  if (incarnation !== undefined && !entry.isRetired(incarnation)) entry.incarnation ??= incarnation
  if (status?.phase === 'Ended' && incarnation === entry.incarnation) entry.ended ??= { why: status.why ?? 'it has ended' }
}
