import type { MediaNodePool, Meeting, MeetingSpec } from '../../crds/index.ts'
import { selectorMatcher, selectorWords } from '../labels/objectSelector.ts'
import type { PlacementView, Refusal, Wish } from './view.ts'

/** Pools that may host a meeting, or why none. */
export type PoolChoice = { readonly pools: readonly MediaNodePool[] } | Refusal

/** Whether a pool takes meetings of a namespace. */
export const allows = (pool: MediaNodePool, namespace: string): boolean =>
  pool.spec.allowedNamespaces?.includes(namespace) ?? true

type Pools = readonly MediaNodePool[]

/** Of one list of pools so many parts are remembered; one for each namespace that asks, as a rule. */
const partsAtMost = 1_000
const parts = new WeakMap<Pools, Map<string, Pools>>()

/**
 * The pools of a list that fit; the list itself where all do. Lists are replaced, never changed: a part is made once, so that what is worked
 * out of it (its regions) is worked out once, and `key` says which part it is.
 */
function partOf(pools: Pools, key: string, fits: (pool: MediaNodePool) => boolean): Pools {
  const known = parts.get(pools) ?? new Map<string, Pools>()
  parts.set(pools, known)
  const part = known.get(key)
  if (part !== undefined) return part
  if (known.size >= partsAtMost) known.clear()
  const made = pools.every(fits) ? pools : pools.filter(fits)
  known.set(key, made)
  return made
}

/** Those that take a namespace. Mostly that is all, which is seen at a glance. */
const taking = (pools: Pools, namespace: string): Pools =>
  pools.every((pool) => allows(pool, namespace)) ? pools : partOf(pools, `takes ${namespace}`, (pool) => allows(pool, namespace))

/** Whether the meeting has to be made by this join. */
export const wouldBeMade = ({ meeting }: Pick<PlacementView, 'meeting'>): boolean =>
  meeting === undefined || (meeting.object === undefined && meeting.incarnation === undefined) || meeting.mayBeginAgain

/** Whether a pool has made as many meetings as it makes at most. */
export const adHocIsFull = (view: Pick<PlacementView, 'adHocCount'>, { metadata, spec }: MediaNodePool): boolean =>
  view.adHocCount(metadata.name) >= spec.adHocMeetings.max

/** Those of the pools that have not made too many meetings; seldom others than all. */
function notFull(view: PlacementView, pools: Pools): Pools {
  const isFull = (pool: MediaNodePool): boolean => adHocIsFull(view, pool)
  if (!pools.some(isFull)) return pools
  const full = pools.filter(isFull)
  return partOf(pools, `without ${full.map(({ metadata }) => metadata.name).join(' ')}`, (pool) => !full.includes(pool))
}

/** What the pools make at most, for whoever may change it: of many the first. */
function limitsOf(pools: Pools): string {
  const told = pools.slice(0, 3).map(({ metadata, spec }) => `${metadata.name}: ${spec.adHocMeetings.max}`)
  return `spec.adHocMeetings.max allows (${told.join(', ')}${pools.length > told.length ? ', ...' : ''})`
}

/** Pools for a meeting that the join makes: they take its namespace, make such meetings, and have not made too many. */
function poolsForNew(view: PlacementView, wish: Wish): PoolChoice {
  const making = partOf(taking(view.pools, wish.namespace), 'makes meetings', (pool) => pool.spec.adHocMeetings.enabled)
  const free = notFull(view, making)
  const meeting = `${wish.namespace}/${wish.name}`
  const whyNone = view.whyNoneIn(wish.namespace)
  if (whyNone !== undefined) return { code: 'ad_hoc_not_allowed', reason: `there is no meeting ${meeting}: ${whyNone}` }
  if (free.length > 0) return { pools: free }
  if (making.length > 0) {
    return { code: 'ad_hoc_limit', reason: `${meeting} would be one more than ${limitsOf(making)}` }
  }
  if (view.pools.some((pool) => pool.spec.adHocMeetings.enabled)) {
    return {
      code: 'ad_hoc_not_allowed',
      reason: `there is no meeting ${meeting}, and no pool that makes one (spec.adHocMeetings) takes the namespace ${wish.namespace}`,
    }
  }
  return {
    code: 'meeting_unknown',
    reason: `there is no meeting ${meeting}, and no pool makes one on the first join (spec.adHocMeetings.enabled)`,
  }
}

/** The pools that a meeting's spec names and selects. */
export function poolsSelected(pools: Pools, spec: Pick<MeetingSpec, 'pools' | 'poolSelector'>): Pools {
  const named = spec.pools === undefined ? pools : pools.filter((pool) => spec.pools?.includes(pool.metadata.name))
  if (spec.poolSelector === undefined) return named
  const matches = selectorMatcher(spec.poolSelector)
  return named.filter(({ metadata }) => matches(metadata.labels ?? {}))
}

/** Why a meeting has no pool that it names and selects. */
function noneSelected({ pools, poolSelector }: MeetingSpec): Refusal {
  const named = pools === undefined ? undefined : pools.join(', ')
  if (poolSelector === undefined)
    return { code: 'meeting_invalid', reason: `spec.pools: there is no MediaNodePool ${named ?? 'at all'}` }
  const among = named === undefined ? '' : ` among ${named}`
  const words = selectorWords(poolSelector)
  return {
    code: 'no_pool_selected',
    reason: `spec.poolSelector: no MediaNodePool${among} has the labels ${words === '' ? 'of it' : words}`,
  }
}

function choose(pools: Pools, { namespace, spec }: { namespace: string; spec: MeetingSpec }): PoolChoice {
  const selected = poolsSelected(pools, spec)
  if (selected.length === 0 && (spec.pools !== undefined || spec.poolSelector !== undefined)) return noneSelected(spec)
  const open = taking(selected, namespace)
  if (open.length === 0) return { code: 'no_pool', reason: `no pool of the meeting takes the namespace ${namespace}` }
  const { regions } = spec
  if (regions === undefined) return { pools: open }
  const inRegions = open.filter((pool) => regions.includes(pool.spec.region))
  if (inRegions.length === 0) {
    return { code: 'no_region', reason: `spec.regions: no pool of the meeting stands in ${regions.join(', ')}` }
  }
  return { pools: inRegions.length === open.length ? open : inRegions }
}

const choices = new WeakMap<Pools, WeakMap<Meeting, PoolChoice>>()

/**
 * The pools that a meeting may use: those that it names and selects, else all, as far as they take its namespace and stand in its regions.
 * Objects and lists of pools are replaced, never changed: what the two amount to is worked out once.
 */
export function poolsOfMeeting(pools: Pools, meeting: Meeting): PoolChoice {
  const ofList = choices.get(pools) ?? new WeakMap<Meeting, PoolChoice>()
  choices.set(pools, ofList)
  const known = ofList.get(meeting)
  if (known !== undefined) return known
  const choice = choose(pools, { namespace: meeting.metadata.namespace, spec: meeting.spec })
  ofList.set(meeting, choice)
  return choice
}

/** The pools whose nodes may take the participant of `wish`, or the rule that leaves none. */
export function poolsFor(view: PlacementView, wish: Wish): PoolChoice {
  if (wouldBeMade(view)) return poolsForNew(view, wish)
  const object = view.meeting?.object
  if (object !== undefined) return poolsOfMeeting(view.pools, object)
  const pools = taking(view.pools, wish.namespace)
  return pools.length > 0
    ? { pools }
    : { code: 'no_pool', reason: `no pool of the meeting takes the namespace ${wish.namespace}` }
}
