import type { Clock } from '../../kit/clock.ts'
import type { NodeOrders } from '../effects/nodeOrders.ts'
import type { StatusTeller } from '../effects/tellStatus.ts'
import { kinds } from '../kube/kinds.ts'
import { done, wakeAfter, type Outcome } from '../kube/client/outcome.ts'
import { mediaNodeHappenings } from '../plan/happenings.ts'
import { planMediaNode } from '../plan/mediaNode.ts'
import type { Reach } from '../reach/judge.ts'
import type { PodSources } from '../view/memberView.ts'
import { viewMediaNode } from '../view/mediaNodeView.ts'

/** What the reconciler of media nodes needs. */
export interface MediaNodeReconcilerOptions {
  readonly sources: PodSources
  readonly teller: StatusTeller
  readonly orders: NodeOrders
  /** What this leader found out about whether clients reach a node. */
  readonly reachOf: (node: string) => Reach | undefined
  readonly clock: Clock
}

/** Tells what one media node is, what it tells clients, and has it drained where that is asked for. The key is its name. */
export function mediaNodeReconciler({ sources, teller, orders, reachOf, clock }: MediaNodeReconcilerOptions) {
  return async (name: string, signal: AbortSignal): Promise<Outcome> => {
    const nowMs = clock.monotonicMs()
    sources.ledger.sweep(nowMs)
    const seen = viewMediaNode(sources, name, { nowMs, wallMs: clock.nowMs(), reach: reachOf(name) })
    if (seen === undefined) return done
    const plan = planMediaNode(seen)
    const happened = (before: Parameters<typeof mediaNodeHappenings>[0]) => mediaNodeHappenings(before, plan.status)
    teller.tell({ kind: kinds.MediaNode, object: seen.object, planned: plan.status, happened })
    // One that an agent does not take (an older one may not know it) keeps it from no other.
    const ordered = await Promise.allSettled([
      plan.announce === undefined ? undefined : orders.announce(name, plan.announce, signal),
      plan.drain === undefined ? undefined : orders.drain(name, plan.drain, signal),
    ])
    const failed = ordered.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    return plan.wakeAtMs === undefined ? done : wakeAfter(plan.wakeAtMs - nowMs)
  }
}
