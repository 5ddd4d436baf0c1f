import type { LoadLine } from '../../../sfu/api/load.ts'
import type { SegmentReport } from '../../../sfu/api/order.ts'
import type { Meetings } from './meetings.ts'

/** What a node says of somebody who was placed on another one: a grant is made out to one node, so no agent lets them in by it. */
function foreignPeople(meetings: Meetings, node: string, { meeting, participants }: SegmentReport): string | undefined {
  const entry = meetings.get(`${meeting.namespace}/${meeting.name}`)
  if (entry?.incarnation !== meeting.incarnation) return undefined
  for (const { participant, attachment } of participants) {
    const placedOn = entry.people.placedElsewhere({ node, participant, attachment })
    if (placedOn !== undefined) return `says that somebody is attached to ${node} by a grant for ${placedOn}`
  }
  return undefined
}

/** What of a line cannot be true by what this replica knows itself, in words; undefined where all of it may be. Nothing of such a line counts. */
export function doubtOf(meetings: Meetings, node: string, line: LoadLine): string | undefined {
  if (line.type === 'segment') return foreignPeople(meetings, node, line.segment)
  if (line.type !== 'hello') return undefined
  for (const segment of line.segments) {
    const why = foreignPeople(meetings, node, segment)
    if (why !== undefined) return why
  }
  return undefined
}
