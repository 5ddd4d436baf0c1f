import type { MediaNodePool } from '../../crds/index.ts'
import { newSegmentLoad } from '../ledger/nodeEntry.ts'
import type { PlacementView, Wish } from './view.ts'

/** A region and the pools in it that may host the meeting. */
export interface RegionChoice {
  readonly region: string
  readonly pools: readonly MediaNodePool[]
}

interface Ranked extends RegionChoice {
  readonly rttMs: number
  readonly named: boolean
  readonly hosts: boolean
  readonly load: number
}

function leastLoad(view: PlacementView, pools: readonly MediaNodePool[]): number {
  let least = Number.POSITIVE_INFINITY
  for (const pool of pools) {
    for (const node of view.open(pool.metadata.name).inOrder()) {
      least = Math.min(least, newSegmentLoad(node))
      break
    }
  }
  return least
}

const lesser = (a: number, b: number): number => (a === b ? 0 : a - b)

/** Nearest by measured round trip, then the named region, then where the meeting stands already, then the least loaded, then by name. */
const nearer = (a: Ranked, b: Ranked): number =>
  lesser(a.rttMs, b.rttMs) ||
  Number(b.named) - Number(a.named) ||
  Number(b.hosts) - Number(a.hosts) ||
  lesser(a.load, b.load) ||
  (a.region < b.region ? -1 : 1)

function byRegion(pools: readonly MediaNodePool[]): readonly RegionChoice[] {
  const regions = new Map<string, MediaNodePool[]>()
  for (const pool of pools) {
    const there = regions.get(pool.spec.region)
    if (there === undefined) regions.set(pool.spec.region, [pool])
    else there.push(pool)
  }
  return [...regions].map(([region, there]) => ({ region, pools: there }))
}

/** The regions of `pools`, the best one for this participant first. */
export function rankRegions(view: PlacementView, pools: readonly MediaNodePool[], wish: Wish): readonly RegionChoice[] {
  const regions = byRegion(pools)
  if (regions.length < 2) return regions
  const hosting = new Set<string | undefined>()
  for (const node of view.meeting?.segments.keys() ?? []) hosting.add(view.node(node)?.region)
  return regions
    .map(({ region, pools: there }) => ({
      region,
      pools: there,
      rttMs: wish.rttsMs?.[region] ?? Number.POSITIVE_INFINITY,
      named: region === wish.region,
      hosts: hosting.has(region),
      load: leastLoad(view, there),
    }))
    .toSorted(nearer)
}
