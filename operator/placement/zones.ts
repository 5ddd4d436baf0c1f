import type { NodeEntry } from '../ledger/nodes/nodeEntry.ts'
import { standing } from './standing.ts'
import type { PlacementView } from './view.ts'

/**
 * What it is worth not to cross zones, in load: a node this much more loaded is taken beside the meeting. The pipe to it carries the meeting
 * for as long as that lasts, and clouds charge for each gigabyte between zones (AWS: one cent, each way); a tenth is far from what makes people wait.
 */
export const zoneWorthLoad = 0.1

/** So many nodes are looked at for one beside the meeting: with three zones alike, one in a million times none of them is there. */
export const zoneLooksAtMost = 32

/** No zone: of a meeting that stands nowhere in the region, or nobody knows in which. */
const noZones: ReadonlySet<string> = new Set()

/** The zones of a region in which the meeting stands. */
export function zonesOf(view: PlacementView, region: string): ReadonlySet<string> {
  const segments = standing(view)?.segments
  if (segments === undefined || segments.size === 0) return noZones
  const zones = new Set<string>()
  for (const segment of segments.values()) {
    const host = segment.closing ? undefined : view.hostOf(segment)
    if (host?.region === region && host.zone !== undefined) zones.add(host.zone)
  }
  return zones
}

/** Whether the node is known to stand beside what stands in these zones. */
export const isIn = (zones: ReadonlySet<string>, { zone }: Pick<NodeEntry, 'zone'>): boolean =>
  zone !== undefined && zones.has(zone)
