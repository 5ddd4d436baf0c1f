import { planCascade, type CascadePlace } from '../cascade/cascade.ts'
import type { SegmentView } from '../view/meetingView.ts'

/** The cascade over the segments that stay. Only a segment that follows an order has a role that counts. */
export function cascadeOf(stay: readonly SegmentView[]): ReadonlyMap<string, CascadePlace> {
  return planCascade(
    stay.map(({ node, createdAtMs, report }) => ({
      node,
      sinceMs: createdAtMs,
      role: report !== undefined && report.epoch > 0 ? report.role : undefined,
    })),
  )
}
