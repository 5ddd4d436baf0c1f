import { drainPace, type DrainReport } from '../../sfu/api/drain.ts'
import type { MeetingRef } from '../../sfu/api/identity.ts'
import type { SegmentReport } from '../../sfu/api/order.ts'

type Drain = Pick<DrainReport, 'ordered' | 'stopsAtMs'>
type Person = SegmentReport['participants'][number]

const keyOf = ({ meeting: { namespace, name } }: SegmentReport): string => `${namespace}/${name}`

/** Who of a fake media node is told to go in one second, without the budget of each meeting; at the deadline all. */
export function fakeGoing(
  segments: readonly SegmentReport[],
  { ordered, stopsAtMs }: Drain,
  nowMs: number,
): readonly { readonly meeting: MeetingRef; readonly person: Person }[] {
  const { deadlineAtMs = Infinity, stay, publishersStay, pace = drainPace.peoplePerSecond } = ordered ?? {}
  const all = segments.flatMap((segment) =>
    segment.participants.map((person) => ({ meeting: segment.meeting, person, key: keyOf(segment) })),
  )
  if (nowMs >= Math.min(deadlineAtMs, stopsAtMs ?? Infinity)) return all
  const held = { all: new Set(stay), publishers: new Set(publishersStay) }
  return all.filter(({ key, person }) => !held.all.has(key) && !(person.publishing && held.publishers.has(key))).slice(0, pace)
}

/** Publishers of meetings of which the order lets only the audience go. */
export function fakeStaying(segments: readonly SegmentReport[], { ordered }: Drain): Pick<DrainReport, 'staying'> {
  const held = new Set(ordered?.publishersStay)
  const staying = segments
    .filter((segment) => held.has(keyOf(segment)))
    .map((segment) => ({ meeting: keyOf(segment), people: segment.participants.filter(({ publishing }) => publishing).length }))
    .filter(({ people }) => people > 0)
  return staying.length === 0 ? {} : { staying }
}

/** Whether leaves on other nodes still hang on a core here. */
export const fakeForwards = (segments: readonly SegmentReport[]): boolean =>
  segments.some(({ role, peers }) => role === 'core' && peers.some((peer) => peer.role === 'leaf'))
