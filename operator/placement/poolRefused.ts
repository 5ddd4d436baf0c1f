import type { MediaNodePool, MeetingSpec } from '../../crds/index.ts'
import { adHocIsFull, allows, poolsSelected, wouldBeMade } from './pools.ts'
import type { PlacementView, Wish } from './view.ts'

/** Why a meeting that the join makes may not use the pool. */
function whyNotForNew(view: PlacementView, pool: MediaNodePool): string | undefined {
  const { name } = pool.metadata
  if (!pool.spec.adHocMeetings.enabled) return `its pool ${name} makes no meetings on the first join (spec.adHocMeetings.enabled)`
  return adHocIsFull(view, pool) ? `its pool ${name} has made as many meetings as spec.adHocMeetings.max allows` : undefined
}

/** What in a meeting's spec keeps it from the pool. */
function whyNotBySpec(spec: MeetingSpec, pool: MediaNodePool): string | undefined {
  const { name } = pool.metadata
  if (spec.pools?.includes(name) === false) return `spec.pools does not name its pool ${name}`
  if (poolsSelected([pool], spec).length === 0) return `spec.poolSelector does not select its pool ${name}`
  return spec.regions?.includes(pool.spec.region) === false ? `spec.regions does not allow ${pool.spec.region}` : undefined
}

/** Why the meeting may not use the nodes of a pool, for people: what keeps it, and in whose spec; undefined where it may. */
export function whyNotPool(view: PlacementView, wish: Pick<Wish, 'namespace'>, pool: MediaNodePool): string | undefined {
  if (!allows(pool, wish.namespace)) return `its pool ${pool.metadata.name} does not take the namespace ${wish.namespace}`
  if (wouldBeMade(view)) return whyNotForNew(view, pool)
  const spec = view.meeting?.object?.spec
  return spec === undefined ? undefined : whyNotBySpec(spec, pool)
}
