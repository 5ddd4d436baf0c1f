import type { MediaNodePool } from '../../crds/index.ts'
import type { NodeEntry } from '../ledger/nodes/nodeEntry.ts'
import { inHundredths, Sentence } from './sentences.ts'
import { edgeVersionOf } from './standing.ts'
import type { PlacementView, Wish } from './view.ts'

/** A region and the pools in it that may host the meeting. */
export interface RegionChoice {
  readonly region: string
  readonly pools: readonly MediaNodePool[]
  readonly reasons: Reasons
}

/** What a placement in a region says for itself, but for the load. */
export class Reasons {
  readonly hosts: Sentence
  readonly #region: string
  #count = 0
  #leastLoaded: Sentence
  #fullest: Sentence

  constructor(region: string) {
    this.#region = region
    this.hosts = new Sentence(`hosts the meeting in ${region}`)
    this.#leastLoaded = this.#about('least loaded')
    this.#fullest = this.#about('fullest with room')
  }

  /** Why one of so many nodes takes a new segment, in a zone of the meeting where that is known; their number changes seldom. */
  opens(count: number, { packs }: Pick<NodeEntry, 'packs'>, zone?: string): Sentence {
    if (zone !== undefined) return new Sentence(`in the meeting's zone ${zone}, one of ${count} in ${this.#region}`)
    if (count !== this.#count) {
      this.#count = count
      this.#leastLoaded = this.#about('least loaded')
      this.#fullest = this.#about('fullest with room')
    }
    return packs ? this.#fullest : this.#leastLoaded
  }

  #about(what: string): Sentence {
    return new Sentence(`${what} of ${this.#count} in ${this.#region}`)
  }
}

/** A meeting leaves the region where it stands only for one over a quarter nearer (edumeet's geo stickiness): a pipe costs more than that. */
const stickyPart = 0.75

/** A region and what makes it better or worse than others. */
export interface RankedRegion extends RegionChoice {
  /** The meeting stands there already. */
  readonly hosts: boolean
  /** As measured; where the meeting stands it counts for less. Infinity where the client measured none. */
  readonly weighedRttMs: number
}

/** What makes one region better than another, the cheap things first; the load is asked for only where they tie. */
class Ranked implements RankedRegion {
  readonly region: string
  readonly pools: readonly MediaNodePool[]
  readonly reasons: Reasons
  readonly weighedRttMs: number
  readonly named: boolean
  readonly hosts: boolean
  readonly #view: PlacementView
  #load: number | undefined

  constructor(view: PlacementView, choice: RegionChoice, wish: { wish: Wish; hosting: ReadonlySet<string | undefined> }) {
    this.region = choice.region
    this.pools = choice.pools
    this.reasons = choice.reasons
    this.named = choice.region === wish.wish.region
    this.hosts = wish.hosting.has(choice.region)
    this.weighedRttMs = (wish.wish.rttsMs?.[choice.region] ?? Number.POSITIVE_INFINITY) * (this.hosts ? stickyPart : 1)
    this.#view = view
  }

  get load(): number {
    this.#load ??= leastLoad(this.#view, this.pools)
    return this.#load
  }
}

function leastLoad(view: PlacementView, pools: readonly MediaNodePool[]): number {
  const edgeVersion = edgeVersionOf(view)
  let least = Number.POSITIVE_INFINITY
  for (const pool of pools) {
    const first = view.open(pool.metadata.name, edgeVersion).first()
    if (first !== undefined) least = Math.min(least, first.newSegmentLoad)
  }
  return least
}

const lesser = (a: number, b: number): number => (a === b ? 0 : a - b)

/** Nearest by measured round trip, then the named region, then where the meeting stands already, then the least loaded, then by name. */
const nearer = (a: Ranked, b: Ranked): number =>
  lesser(a.weighedRttMs, b.weighedRttMs) ||
  Number(b.named) - Number(a.named) ||
  Number(b.hosts) - Number(a.hosts) ||
  lesser(a.load, b.load) ||
  (a.region < b.region ? -1 : 1)

const grouped = new WeakMap<readonly MediaNodePool[], readonly RegionChoice[]>()

/** The pools by region. Lists of pools are replaced, never changed: what a list amounts to is worked out once. */
function byRegion(pools: readonly MediaNodePool[]): readonly RegionChoice[] {
  const known = grouped.get(pools)
  if (known !== undefined) return known
  const regions = Map.groupBy(pools, ({ spec }) => spec.region)
  const choices = [...regions].map(([region, there]) => ({ region, pools: there, reasons: new Reasons(region) }))
  grouped.set(pools, choices)
  return choices
}

/** The region that needs no weighing: the only one, or the one that the client names where it measured none. */
export function certainRegion(pools: readonly MediaNodePool[], { region, rttsMs }: Wish): RegionChoice | undefined {
  const regions = byRegion(pools)
  if (regions.length === 1) return regions[0]
  return region === undefined || rttsMs !== undefined ? undefined : regions.find((choice) => choice.region === region)
}

/** What a region is judged by, in the order of judging. */
function regionInWords({ region, hosts, named, weighedRttMs, load }: Ranked, { rttsMs }: Wish): string {
  const rttMs = rttsMs?.[region]
  const measured = rttMs === undefined ? [] : [`${rttMs} ms away${hosts ? `, which count as ${Math.round(weighedRttMs)}` : ''}`]
  const least = load === Number.POSITIVE_INFINITY ? 'no media node takes new segments' : `least load ${inHundredths(load)}`
  return [...measured, ...(named ? ['named by the client'] : []), ...(hosts ? ['hosts the meeting'] : []), least].join('; ')
}

/** All regions of `pools`, the best one for this participant first, each with what it is judged by. */
export function explainRegions(
  view: PlacementView,
  pools: readonly MediaNodePool[],
  wish: Wish,
): readonly { readonly region: string; readonly why: string }[] {
  return rankRegions(view, pools, { wish, certain: undefined }).map((ranked) => ({
    region: ranked.region,
    why: regionInWords(ranked, wish),
  }))
}

/** The regions of `pools` without `certain`, the best one for this participant first. */
export function rankRegions(
  view: PlacementView,
  pools: readonly MediaNodePool[],
  { wish, certain }: { wish: Wish; certain: RegionChoice | undefined },
): readonly Ranked[] {
  const regions = byRegion(pools).filter((choice) => choice !== certain)
  const hosting = new Set<string | undefined>()
  for (const segment of view.meeting?.segments.values() ?? []) hosting.add(view.regionOf(segment))
  return regions.map((choice) => new Ranked(view, choice, { wish, hosting })).toSorted(nearer)
}
