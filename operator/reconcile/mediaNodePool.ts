import type { Clock } from '../../kit/clock.ts'
import type { PoolEffects } from '../effects/applyPool.ts'
import { done, wakeAfter, type Outcome } from '../kube/outcome.ts'
import { planMediaNodePool } from '../plan/mediaNodePool.ts'
import { viewMediaNodePool, type PoolSources } from '../view/mediaNodePoolView.ts'

/** What the reconciler of pools needs. */
export interface MediaNodePoolReconcilerOptions {
  readonly sources: PoolSources
  readonly effects: PoolEffects
  readonly clock: Clock
}

/** Gives one pool the media nodes that it asks for, and tells what it has. The key is its name. */
export function mediaNodePoolReconciler({ sources, effects, clock }: MediaNodePoolReconcilerOptions) {
  return async (name: string, signal: AbortSignal): Promise<Outcome> => {
    const seen = viewMediaNodePool(sources, name, { nowMs: clock.monotonicMs(), wallMs: clock.nowMs() })
    if (seen === undefined) return done
    const plan = planMediaNodePool(seen)
    await effects.apply(seen, plan, signal)
    return plan.wakeAtMs === undefined ? done : wakeAfter(plan.wakeAtMs - seen.nowMs)
  }
}
