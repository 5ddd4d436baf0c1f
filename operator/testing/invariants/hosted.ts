import type { SegmentReport } from '../../../sfu/api/order.ts'
import type { Simulation } from '../world/simulation.ts'

/** A segment as the node that hosts it tells it. */
export interface Hosted {
  readonly node: string
  readonly report: SegmentReport
}

/** Everything that is hosted anywhere, by the meeting's name. */
export function hostedByMeeting(simulation: Simulation): ReadonlyMap<string, readonly Hosted[]> {
  const all = [...simulation.nodes.values()].flatMap((node) => node.segments().map((report) => ({ node: node.name, report })))
  return Map.groupBy(all, ({ report }) => report.meeting.name)
}
