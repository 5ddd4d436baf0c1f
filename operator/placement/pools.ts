import type { MediaNodePool } from '../../crds/index.ts'
import type { PlacementView, Refusal, Wish } from './view.ts'

/** Pools that may host a meeting, or why none. */
export type PoolChoice = { readonly pools: readonly MediaNodePool[] } | Refusal

const allows = (pool: MediaNodePool, namespace: string): boolean => pool.spec.allowedNamespaces?.includes(namespace) ?? true

/** The pools that fit; the very same list where all do, so that what is worked out of a list is worked out once. */
function keep(pools: readonly MediaNodePool[], fits: (pool: MediaNodePool) => boolean): readonly MediaNodePool[] {
  return pools.every(fits) ? pools : pools.filter(fits)
}

/** Whether the meeting has to be made by this join. */
export const wouldBeMade = ({ meeting }: Pick<PlacementView, 'meeting'>): boolean =>
  meeting === undefined || (meeting.object === undefined && meeting.incarnation === undefined) || meeting.mayBeginAgain

/** Pools for a meeting that the join makes: they take its namespace, make such meetings, and have not made too many. */
function poolsForNew(view: PlacementView, wish: Wish): PoolChoice {
  const taking = keep(view.pools, (pool) => allows(pool, wish.namespace))
  const making = keep(taking, (pool) => pool.spec.adHocMeetings.enabled)
  const free = keep(making, (pool) => view.adHocCount(pool.metadata.name) < pool.spec.adHocMeetings.max)
  const meeting = `${wish.namespace}/${wish.name}`
  if (free.length > 0) return { pools: free }
  if (making.length > 0) {
    return { code: 'ad_hoc_limit', reason: `${meeting} would be one more than the pools make on a first join` }
  }
  if (view.pools.some((pool) => pool.spec.adHocMeetings.enabled)) {
    return { code: 'ad_hoc_not_allowed', reason: `there is no meeting ${meeting}, and no pool makes one for ${wish.namespace}` }
  }
  return { code: 'meeting_unknown', reason: `there is no meeting ${meeting}, and no pool makes one on the first join` }
}

/** The pools that a meeting's spec lets it use: those it names, else all, as far as they take its namespace and stand in its regions. */
export function poolsOfMeeting(
  pools: readonly MediaNodePool[],
  meeting: {
    readonly namespace: string
    readonly pools?: readonly string[] | undefined
    readonly regions?: readonly string[] | undefined
  },
): PoolChoice {
  const named = meeting.pools === undefined ? pools : pools.filter((pool) => meeting.pools?.includes(pool.metadata.name))
  if (named.length === 0 && meeting.pools !== undefined) {
    return { code: 'meeting_invalid', reason: `spec.pools: there is no MediaNodePool ${meeting.pools.join(', ')}` }
  }
  const taking = keep(named, (pool) => allows(pool, meeting.namespace))
  if (taking.length === 0) return { code: 'no_pool', reason: `no pool of the meeting takes the namespace ${meeting.namespace}` }
  const inRegions = keep(taking, (pool) => meeting.regions?.includes(pool.spec.region) ?? true)
  if (inRegions.length === 0) {
    return { code: 'no_region', reason: `spec.regions: no pool of the meeting stands in ${meeting.regions?.join(', ') ?? 'any'}` }
  }
  return { pools: inRegions }
}

/** The pools whose nodes may take the participant of `wish`, or the rule that leaves none. */
export function poolsFor(view: PlacementView, wish: Wish): PoolChoice {
  if (wouldBeMade(view)) return poolsForNew(view, wish)
  const spec = view.meeting?.object?.spec
  return poolsOfMeeting(view.pools, { namespace: wish.namespace, pools: spec?.pools, regions: spec?.regions })
}
