import type { Clock } from '../../kit/clock.ts'
import type { PoolEffects } from '../effects/applyPool.ts'
import { done, wakeAfter, type Outcome } from '../kube/client/outcome.ts'
import { planMediaNodePool } from '../plan/mediaNodePool.ts'
import { viewMediaNodePool, type PoolSources } from '../view/mediaNodePoolView.ts'

/** What the reconciler of pools needs. */
export interface MediaNodePoolReconcilerOptions {
  readonly sources: PoolSources
  readonly effects: PoolEffects
  readonly clock: Clock
}

/**
 * A pool that makes Pods is planned from all of its members, which takes some 3 us each: it rests so long after each plan that this takes no more
 * than a hundredth of the processor, however large it is. One of a thousand is planned twice a second; small ones never rest.
 */
const rest = { fromMembers: 100, msPerMember: 0.5 } as const

/** Gives one pool the media nodes that it asks for, and tells what it has. The key is its name. */
export function mediaNodePoolReconciler({ sources, effects, clock }: MediaNodePoolReconcilerOptions) {
  const restsUntilMs = new Map<string, number>()

  return async (name: string, signal: AbortSignal): Promise<Outcome> => {
    const restsForMs = (restsUntilMs.get(name) ?? 0) - clock.monotonicMs()
    if (restsForMs > 0) return wakeAfter(restsForMs)
    restsUntilMs.delete(name)
    const seen = viewMediaNodePool(sources, name, { nowMs: clock.monotonicMs(), wallMs: clock.nowMs() })
    if (seen === undefined) return done
    const plan = planMediaNodePool(seen)
    const members = seen.pods?.members.length ?? 0
    if (members >= rest.fromMembers) restsUntilMs.set(name, seen.nowMs + members * rest.msPerMember)
    await effects.apply(seen, plan, signal)
    return plan.wakeAtMs === undefined ? done : wakeAfter(plan.wakeAtMs - seen.nowMs)
  }
}
