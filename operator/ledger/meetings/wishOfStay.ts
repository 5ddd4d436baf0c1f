import type { Wish } from '../../placement/view.ts'
import type { MeetingEntry, Segment } from './meetingEntry.ts'
import type { Placement } from '../people/stay.ts'

/**
 * Where somebody would go who is on `segment` and is to be elsewhere, as far as that is known without them: its report tells whether they
 * publish, the rest is as of most people. `region` is the one that they are in.
 */
export function wishOfStay(
  { namespace, name }: MeetingEntry,
  stay: Placement,
  at: { readonly segment: Segment | undefined; readonly region: string | undefined },
): Wish {
  const { participant, attachment, node, hidden } = stay
  const told = at.segment?.report?.participants.find((person) => person.attachment === attachment)
  const publish: Wish['rights']['publish'] = told?.publishing === false ? [] : ['microphone', 'camera']
  const rights = { publish, subscribe: true, hidden }
  return { namespace, name, participant, rights, region: at.region, excludeNodes: [node], replaces: attachment }
}
