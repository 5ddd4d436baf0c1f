import { anyCascade, planCascade, type CascadePlace } from '../cascade/cascade.ts'
import type { CascadeMember, CascadeWish } from '../cascade/member.ts'
import type { MeetingView, SegmentView } from '../view/meetingView.ts'
import { isEmptied } from './segments.ts'

/** Only a segment that follows an order has a role and a parent that count. */
function standing({ report }: SegmentView): Pick<CascadeMember, 'role' | 'parent'> {
  if (report === undefined || report.epoch === 0) return {}
  const parent =
    report.role === 'leaf' ? report.peers.find(({ role, leaving }) => role === 'core' && leaving === undefined)?.node : undefined
  return { role: report.role, parent }
}

function memberOf(segment: SegmentView): CascadeMember {
  const { node, region, zone, nodeState, createdAtMs, emptySinceMs, pipes, report } = segment
  const here = report?.participants ?? []
  return {
    node,
    region,
    zone,
    sinceMs: createdAtMs,
    ...standing(segment),
    draining: isEmptied({ nodeState }),
    // Whoever holds a grant and has not come yet counts as one.
    people: emptySinceMs === undefined ? Math.max(1, here.length) : 0,
    publishers: here.filter(({ publishing }) => publishing).length,
    pipes,
  }
}

const wishOf = ({ object }: Pick<MeetingView, 'object'>): CascadeWish => ({
  topology: object?.spec.cascade.topology ?? anyCascade.topology,
  mode: object?.spec.mode ?? anyCascade.mode,
})

/** What people are told of a segment's place: its role, whom it hangs on, and why it is there (`why`) and that. */
export function toldOf(
  place: CascadePlace | undefined,
  why: string,
): Pick<CascadePlace, 'role' | 'why'> & { readonly parent?: string } {
  if (place === undefined) return { role: 'core', why }
  const { role, parent } = place
  return { role, ...(parent === undefined ? {} : { parent }), why: `${why}; ${place.why}` }
}

/** The cascade over the segments that stay, those that were not heard yet among them. */
export function cascadeOf(
  view: Pick<MeetingView, 'object' | 'unheardSegments'>,
  stay: readonly SegmentView[],
): ReadonlyMap<string, CascadePlace> {
  return planCascade([...stay, ...view.unheardSegments].map(memberOf), wishOf(view))
}
