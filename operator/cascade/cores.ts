import { byAge, coresAtMost, isTree, roomOf, type CascadeMember, type CascadeWish } from './member.ts'

/** A segment of the core, and why it is one. */
export interface Core {
  readonly member: CascadeMember
  readonly why: string
}

/** The members with what can be said of all of them, computed once. */
interface Field {
  readonly members: readonly CascadeMember[]
  /** How many pipes a core has at most: where budgets are tight, leaves of other regions may come as well. */
  readonly pipesAtMost: number
  readonly byRegion: ReadonlyMap<string, readonly CascadeMember[]>
  /** The cores of a tree as it stands. */
  readonly standing: ReadonlySet<string>
  /** Those that a leaf hangs on. */
  readonly parents: ReadonlySet<string | undefined>
}

function fieldOf(members: readonly CascadeMember[]): Field {
  const cores = isTree(members) ? members.filter(({ role, draining }) => role === 'core' && draining !== true) : []
  return {
    members,
    pipesAtMost: members.length - 1,
    byRegion: Map.groupBy(members, ({ region }) => region),
    standing: new Set(cores.map(({ node }) => node)),
    parents: new Set(members.flatMap(({ role, parent }) => (role === 'leaf' ? [parent] : []))),
  }
}

/** First difference of two ranks; a larger number comes first. */
function byRank(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? 0
    if (value !== other) return value > other ? -1 : 1
  }
  return 0
}

/** How many of these segments stand in the zone of one of them, it included; 0 where that is not known. */
function zoneSizes(of: readonly CascadeMember[]): (member: CascadeMember) => number {
  const zones = Map.groupBy(of, ({ zone }) => zone)
  return ({ zone }) => (zone === undefined ? 0 : (zones.get(zone)?.length ?? 0))
}

/** One thing that decides who of a region is its core. */
interface Merit {
  /** A larger number is better. */
  readonly of: (member: CascadeMember) => number
  /** Why the oldest there is not the core, where this decided. */
  readonly whyNot?: (oldest: CascadeMember, best: CascadeMember) => string
}

/** What decides, first things first; between equals it is age. */
function meritsIn(of: readonly CascadeMember[], { standing, pipesAtMost }: Field): readonly Merit[] {
  return [
    { of: ({ draining }) => Number(draining !== true), whyNot: ({ node }) => `${node}, the oldest there, drains` },
    { of: ({ node }) => Number(standing.has(node)) },
    { of: ({ people }) => Number(people > 0), whyNot: ({ node }) => `nobody is on ${node}, the oldest there` },
    {
      of: (member) => Math.min(roomOf(member), pipesAtMost),
      whyNot: ({ node }) => `${node}, the oldest there, has room for fewer pipes`,
    },
    // So that the fewest leaves hang across zones.
    { of: zoneSizes(of), whyNot: (_, { zone }) => `in zone ${zone}, where most are` },
  ]
}

/** Who of a region should be its core. */
function bestOf(of: readonly CascadeMember[], field: Field): CascadeMember | undefined {
  const merits = meritsIn(of, field)
  const rank = (member: CascadeMember): readonly number[] => merits.map((merit) => merit.of(member))
  return of.toSorted((a, b) => byRank(rank(a), rank(b)) || byAge(a, b))[0]
}

/** Why one that was no core yet is the best of its region: what kept the oldest there from being it. */
function whyBest(of: readonly CascadeMember[], best: CascadeMember, field: Field): string {
  const [oldest] = of.toSorted(byAge)
  if (of.length === 1 || oldest === undefined) return 'the only segment there'
  const decided = meritsIn(of, field).find((merit) => merit.of(best) !== merit.of(oldest))
  return decided?.whyNot?.(oldest, best) ?? 'the oldest segment there'
}

/** The regions in the order in which they get a core: one that has it, then one with people, then the one with most segments. */
function rankedRegions({ byRegion, standing }: Field): readonly (readonly [string, readonly CascadeMember[]])[] {
  const regions = [...byRegion].map(([region, of]) => ({
    region,
    of,
    oldest: of.toSorted(byAge)[0],
    rank: [Number(of.some(({ node }) => standing.has(node))), Number(of.some(({ people }) => people > 0)), of.length] as const,
  }))
  return regions
    .toSorted((a, b) => byRank(a.rank, b.rank) || (a.oldest && b.oldest ? byAge(a.oldest, b.oldest) : 0))
    .map(({ region, of }) => [region, of] as const)
}

const needsCore = ({ standing }: Field, of: readonly CascadeMember[]): boolean =>
  of.some(({ node, people }) => people > 0 || standing.has(node))

/** One core for each region with people, as far as places go. */
function regionCores(field: Field): readonly Core[] {
  const ranked = rankedRegions(field)
  const wanted = ranked.filter(([, of]) => needsCore(field, of))
  const chosen = (wanted.length === 0 ? ranked : wanted).slice(0, coresAtMost)
  return chosen.flatMap(([region, of]) => {
    const member = bestOf(of, field)
    if (member === undefined) return []
    const isStanding = field.standing.has(member.node)
    return [{ member, why: isStanding ? `core of ${region} already` : `core of ${region}: ${whyBest(of, member, field)}` }]
  })
}

/** Adds to `cores` what stands and goes on for this reason, as far as places go; those that leaves hang on first. */
function withStanding(cores: readonly Core[], field: Field, why: (isParent: boolean) => string | undefined): readonly Core[] {
  const { members, standing, parents } = field
  const has = new Set(cores.map(({ member }) => member.node))
  const kept = members
    .filter(({ node }) => standing.has(node) && !has.has(node))
    .toSorted((a, b) => Number(parents.has(b.node)) - Number(parents.has(a.node)) || byAge(a, b))
    .flatMap((member): Core[] => {
      const reason = why(parents.has(member.node))
      return reason === undefined ? [] : [{ member, why: reason }]
    })
  return [...cores, ...kept].slice(0, coresAtMost)
}

/** A core beside that of its region stays for the sake of its leaves. */
const forLeaves = (isParent: boolean): string | undefined => (isParent ? 'core already: leaves hang on it' : undefined)
/** Who stood on stage a moment ago may again: a core costs little, and each change costs everybody a replan. */
const forStage = (isParent: boolean): string => forLeaves(isParent) ?? 'core already: people on it were on stage'

/** Regions where several watch and nobody is in the core: one relay there spares the others their pipes across regions. */
function relays(cores: readonly Core[], field: Field): readonly Core[] {
  const has = new Set(cores.map(({ member }) => member.region))
  return rankedRegions(field)
    .filter(([region, of]) => !has.has(region) && of.length > 1)
    .flatMap(([region, of]) => {
      const member = bestOf(of, field)
      return member === undefined ? [] : [{ member, why: `core of ${region}: passes the stage on to the audience there` }]
    })
}

/** The segments on which people publish, then the relays of regions that only watch. */
function stageCores(field: Field): readonly Core[] {
  const onStage = field.members
    .filter(({ publishers, draining }) => publishers > 0 && draining !== true)
    .toSorted((a, b) => Number(field.standing.has(b.node)) - Number(field.standing.has(a.node)) || byAge(a, b))
  if (onStage.length === 0) return withStanding(regionCores(field), field, forStage)
  const stage = onStage.slice(0, coresAtMost).map((member): Core => ({ member, why: 'core: people on it are on stage' }))
  const kept = withStanding(stage, field, forStage)
  return [...kept, ...relays(kept, field)].slice(0, coresAtMost)
}

/** Chooses the core of a tree: at most {@link coresAtMost} segments, at least one. */
export function chooseCores(members: readonly CascadeMember[], { mode }: CascadeWish): readonly Core[] {
  const field = fieldOf(members)
  return mode === 'stage' ? stageCores(field) : withStanding(regionCores(field), field, forLeaves)
}
