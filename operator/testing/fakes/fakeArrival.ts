import { sfuErrors } from '../../../sfu/api/errors.ts'
import type { GrantClaims } from '../../../sfu/api/grant.ts'
import type { FakeSegment } from './fakeSegment.ts'

/** Who attaches to a fake node: what a grant says, as far as it matters here. */
export interface Arrival {
  readonly participant: string
  readonly attachment: string
  readonly hidden?: boolean
  /** Whether they publish, and may; absent means that they do. */
  readonly publishing?: boolean
  /** By a fallback grant. */
  readonly fallback?: boolean
  /** Of a meeting with a capacity, as the grant says it. */
  readonly limit?: GrantClaims['limit']
}

/** Whether the operator who granted is still the one who counts. Raises `grant_superseded`. */
export function mustCount(limit: Arrival['limit'], highestEpoch: number): void {
  if (limit?.epoch !== undefined && limit.epoch < highestEpoch) throw sfuErrors.raise.grant_superseded({})
}

/** How many people the segment may let in; a grant of an operator waits for its order. */
const placesOf = ({ order }: FakeSegment, limit: Arrival['limit']): number | undefined =>
  order === undefined ? (limit?.epoch !== undefined || limit?.standing === true ? 0 : undefined) : order.limits.places

/**
 * Whether there is a place beside `roster`, as far as the order says, or else the grant, and among the segment's own. Raises `meeting_full`
 * and `no_place_here`; a real node waits a second for an order that gives it a place.
 */
export function mustHavePlace(
  segment: FakeSegment,
  { participant, limit, hidden = false }: Arrival,
  roster: ReadonlyMap<string, unknown>,
): void {
  if (hidden) return
  const { order } = segment
  const { maxParticipants: capacity = Infinity } = order?.limits ?? limit ?? {}
  if (roster.has(participant)) return
  if (roster.size >= capacity) throw sfuErrors.raise.meeting_full({ capacity })
  mustHaveOwnPlace(segment, limit)
}

function mustHaveOwnPlace(segment: FakeSegment, limit: Arrival['limit']): void {
  if (limit?.seated === true && segment.order !== undefined) return
  const here = segment.report.participants.flatMap((person) => (person.hidden ? [] : [person.participant]))
  const places = placesOf(segment, limit) ?? Infinity
  if (new Set(here).size >= places) throw sfuErrors.raise.no_place_here({ places })
}
