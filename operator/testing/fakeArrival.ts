import { sfuErrors } from '../../sfu/api/errors.ts'
import type { GrantClaims } from '../../sfu/api/grant.ts'
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

/** Whether there is a place beside `roster`, as far as the order says, or else the grant. Raises `meeting_full`. */
export function mustHavePlace(
  { order }: FakeSegment,
  { participant, limit, hidden = false }: Arrival,
  roster: Iterable<string>,
): void {
  const places = order?.limits.maxParticipants ?? limit?.maxParticipants
  if (hidden || places === undefined) return
  const others = new Set(roster)
  others.delete(participant)
  if (others.size >= places) throw sfuErrors.raise.meeting_full({ capacity: places })
}
