import type { Meeting, MediaNodePool } from '../../crds/index.ts'
import { poolsOfMeeting, poolsSelected } from './pools.ts'
import type { Refusal } from './view.ts'

/** What is wrong with the pools and regions that a meeting's spec names. */
export interface PoolMistakes {
  /** Why nobody can be placed, whatever the media nodes do: what a person has to change. */
  readonly stalled: Refusal | undefined
  /** Pools that it names and that do not exist, though others do. */
  readonly poolsMissing: readonly string[]
  /** Regions that it allows and where none of its pools stands, though one stands in another. */
  readonly regionsMissing: readonly string[]
}

const noMistakes: PoolMistakes = { stalled: undefined, poolsMissing: [], regionsMissing: [] }

/** Judges what a meeting's object names against the pools that there are: all of it may be wrong, or a part. */
export function poolMistakes(all: readonly MediaNodePool[], object: Meeting | undefined): PoolMistakes {
  if (object === undefined) return noMistakes
  const { pools = [], regions = [] } = object.spec
  const choice = poolsOfMeeting(all, object)
  const usable = 'pools' in choice ? choice.pools : []
  return {
    stalled: 'code' in choice ? choice : undefined,
    poolsMissing: pools.filter((pool) => !all.some(({ metadata }) => metadata.name === pool)),
    regionsMissing: regions.filter((region) => !usable.some(({ spec }) => spec.region === region)),
  }
}

/** The pools that a meeting is restricted to, by name: those that it selects by labels are told as if it named them. */
export function poolNamesOf(all: readonly MediaNodePool[], object: Meeting | undefined): readonly string[] | undefined {
  if (object?.spec.poolSelector === undefined) return object?.spec.pools
  return poolsSelected(all, object.spec).map(({ metadata }) => metadata.name)
}

/** All that others than placements are told of a meeting's pools, as text to compare: placements look at the pools themselves. */
export const toldOfPools = (all: readonly MediaNodePool[], object: Meeting): string =>
  JSON.stringify([poolMistakes(all, object), poolNamesOf(all, object)])
