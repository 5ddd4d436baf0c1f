import { nodeStateOf } from '../ledger/nodes/nodeState.ts'
import type { RegionChoice } from './regions.ts'
import { maySpread, spreadInWords } from './spread.ts'
import { edgeVersionOf } from './standing.ts'
import type { Decision, PlacementView, Wish } from './view.ts'

const namesOf = (regions: readonly RegionChoice[]): string => regions.map(({ region }) => region).join(', ')

/** How many nodes of the regions take work, of one version of the contract between media nodes where it is given. */
const readyIn = (view: PlacementView, regions: readonly RegionChoice[], edgeVersion: number | undefined): number =>
  regions.flatMap(({ pools }) => pools).reduce((sum, pool) => sum + view.open(pool.metadata.name, edgeVersion).size, 0)

/** How many nodes of the regions that take work, of the version on which the meeting stands, the wish excludes. */
export function excludedOf(view: PlacementView, regions: readonly RegionChoice[], { excludeNodes = [] }: Wish): number {
  const edgeVersion = edgeVersionOf(view)
  const pools = new Set(regions.flatMap((choice) => choice.pools.map(({ metadata }) => metadata.name)))
  return [...new Set(excludeNodes)].filter((name) => {
    const node = view.node(name)
    if (node === undefined || !pools.has(node.object.spec.pool) || nodeStateOf(node, view.nowMs).state !== 'ready') return false
    return edgeVersion === undefined || node.edgeVersion === edgeVersion
  }).length
}

/** Why none of so many nodes that take work takes this participant. */
function fullInWords(ready: number, excluded: number, names: string): string {
  if (ready === 1) return `the only ready media node in ${names} ${excluded === 0 ? 'has no room' : 'is excluded by the request'}`
  if (excluded === 0) return `none of the ${ready} ready media nodes in ${names} has room`
  if (excluded >= ready) return `all ${ready} ready media nodes in ${names} are excluded by the request`
  return `none of the ${ready} ready media nodes in ${names} takes them: ${excluded} excluded by the request, the others have no room`
}

/** Why better regions were passed over: all of it, and what of it is true of the meeting, whoever asks; that may be nothing. */
export interface PassedOver {
  readonly ofThem: string
  readonly ofAll: string
}

/**
 * Why better regions were passed over: `eu-west has no room; us-east has no media node that is ready`. What the request or the meeting's
 * version keeps from nodes that take work is told as that.
 */
export function passedOverInWords(view: PlacementView, regions: readonly RegionChoice[], wish: Wish): PassedOver {
  if (!maySpread(view)) {
    const words = `no segment may be opened in ${namesOf(regions)}: ${spreadInWords(view)}`
    return { ofThem: words, ofAll: words }
  }
  return {
    ofThem: whyEach(view, regions, wish),
    ofAll: whyEach(
      view,
      regions.filter((region) => excludedOf(view, [region], wish) === 0),
      wish,
    ),
  }
}

function whyEach(view: PlacementView, regions: readonly RegionChoice[], wish: Wish): string {
  const why = Map.groupBy(regions, (region) => whyPassedOver(view, region, wish))
  return [...why].map(([words, those]) => `${namesOf(those)} ${words}`).join('; ')
}

function whyPassedOver(view: PlacementView, region: RegionChoice, wish: Wish): string {
  const edgeVersion = edgeVersionOf(view)
  const ready = readyIn(view, [region], edgeVersion)
  if (ready > 0) {
    const excluded = excludedOf(view, [region], wish)
    if (excluded === 0) return 'has no room'
    if (excluded < ready) return `has no room beside ${wish.keptFrom ?? 'what the request excludes'}`
    return wish.keptFrom === undefined ? 'is excluded by the request' : `has nothing but ${wish.keptFrom}`
  }
  const others = edgeVersion === undefined ? 0 : readyIn(view, [region], undefined)
  return others === 0
    ? 'has no media node that is ready'
    : `has no ready media node of version ${edgeVersion}, on which it stands`
}

/** Nobody takes the participant in any of `regions` now: why, in words. */
export function nowhere(view: PlacementView, regions: readonly RegionChoice[], wish: Wish): Decision {
  if (!maySpread(view)) {
    return { result: 'tryAfter', code: 'nodes_full', reason: `${spreadInWords(view)}, and takes no more people there` }
  }
  const names = namesOf(regions)
  const edgeVersion = edgeVersionOf(view)
  const ready = readyIn(view, regions, edgeVersion)
  if (ready > 0) {
    return { result: 'tryAfter', code: 'nodes_full', reason: fullInWords(ready, excludedOf(view, regions, wish), names) }
  }
  const others = edgeVersion === undefined ? 0 : readyIn(view, regions, undefined)
  const reason =
    others === 0
      ? `no media node in ${names} is ready`
      : `no media node in ${names} of version ${edgeVersion}, on which it stands, is ready; ready ones of another version: ${others}`
  return { result: 'tryAfter', code: 'no_node_ready', reason }
}
