import type { Clock } from '../../kit/clock.ts'
import type { StatusTeller } from '../effects/tellStatus.ts'
import { kinds } from '../kube/kinds.ts'
import { done, type Outcome } from '../kube/outcome.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { planMediaNodePool } from '../plan/mediaNodePool.ts'
import { viewMediaNodePool } from '../view/mediaNodePoolView.ts'

/** What the reconciler of pools needs. */
export interface MediaNodePoolReconcilerOptions {
  readonly ledger: Ledger
  readonly teller: StatusTeller
  readonly clock: Clock
  /** Why the API server refused the object of an ad hoc meeting of this pool, last time. */
  readonly createRefused: (pool: string) => string | undefined
}

/** Tells what one pool has. The key is its name. */
export function mediaNodePoolReconciler({ ledger, teller, clock, createRefused }: MediaNodePoolReconcilerOptions) {
  return async (name: string): Promise<Outcome> => {
    const seen = viewMediaNodePool(ledger, name, { nowMs: clock.monotonicMs(), createRefused: createRefused(name) })
    if (seen === undefined) return done
    teller.tell({ kind: kinds.MediaNodePool, object: seen.object, planned: planMediaNodePool(seen) })
    return done
  }
}
