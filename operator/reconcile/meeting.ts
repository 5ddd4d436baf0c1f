import type { Clock } from '../../kit/clock.ts'
import type { MeetingEffects } from '../effects/applyMeeting.ts'
import { done, wakeAfter, type Outcome } from '../kube/client/outcome.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { planMeeting } from '../plan/meeting.ts'
import { viewMeeting } from '../view/meetingView.ts'

/** What the reconciler of meetings needs. */
export interface MeetingReconcilerOptions {
  readonly ledger: Ledger
  readonly effects: MeetingEffects
  readonly clock: Clock
  /** The epoch of this replica's term. */
  readonly epoch: () => number
  /** Since when it leads and knows enough; undefined before. Monotonic milliseconds. */
  readonly sureSinceMs: () => number | undefined
}

/** Makes one meeting as it should be: its segments follow the plan, its object tells what it is. The key is `namespace/name`. */
export function meetingReconciler({ ledger, effects, clock, epoch, sureSinceMs }: MeetingReconcilerOptions) {
  return async (key: string, signal: AbortSignal): Promise<Outcome> => {
    const at = { nowMs: clock.monotonicMs(), wallMs: clock.nowMs(), epoch: epoch(), sureSinceMs: sureSinceMs() }
    const seen = viewMeeting(ledger, key, at)
    if (seen === undefined) return done
    const plan = planMeeting(seen)
    await effects.apply(seen, plan, signal)
    return plan.wakeAtMs === undefined ? done : wakeAfter(plan.wakeAtMs - seen.nowMs)
  }
}
