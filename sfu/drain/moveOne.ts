import { sfuErrors } from '../api/errors.ts'
import type { MoveOrder, MoveReport } from '../api/move.ts'
import type { Segment } from '../segment/segment.ts'

/**
 * Tells one participant to go to another node, as a drain tells each of its people. One who is on the way already is not told again; one
 * whose connection is lost is left alone. Raises `attachment_gone`.
 */
export function moveOne(segment: Segment | undefined, { participant, attachment }: MoveOrder): MoveReport {
  const session = segment?.attachments.find(attachment)
  if (segment === undefined || session?.identity.participant !== participant) throw sfuErrors.raise.attachment_gone({})
  if (segment.attachments.isMoving(attachment)) return { told: true }
  if (session.owner === undefined) return { told: false }
  segment.attachments.moveAway(session, 'moved')
  return { told: true }
}
