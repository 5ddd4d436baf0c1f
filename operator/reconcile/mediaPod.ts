import type { Clock } from '../../kit/clock.ts'
import type { MediaPodEffects } from '../effects/applyMediaPod.ts'
import { done, wakeAfter, type Outcome } from '../kube/client/outcome.ts'
import { nodePodWakeAtMs, planNodePod } from '../plan/nodePod.ts'
import type { PodSources } from '../view/memberView.ts'
import { viewNodePod } from '../view/nodePodView.ts'

/** What the reconciler of media Pods needs. */
export interface MediaPodReconcilerOptions {
  readonly sources: PodSources
  readonly effects: MediaPodEffects
  readonly clock: Clock
}

/** Gives one media node its Pod, and takes it away. The key is the media node's name. */
export function mediaPodReconciler({ sources, effects, clock }: MediaPodReconcilerOptions) {
  return async (name: string, signal: AbortSignal): Promise<Outcome> => {
    const seen = viewNodePod(sources, name, { nowMs: clock.monotonicMs(), wallMs: clock.nowMs() })
    if (seen === undefined) return done
    await effects.apply(seen, planNodePod(seen), signal)
    const wakeAtMs = nodePodWakeAtMs(seen)
    return wakeAtMs === undefined ? done : wakeAfter(wakeAtMs - seen.nowMs)
  }
}
