import type { MediaNode } from '../../crds/index.ts'
import type { Pod } from '../kube/core.ts'
import { isPodOf } from '../pods/agentUrl.ts'
import { podLabels } from '../pods/labels.ts'
import { podStateOf, type PodState } from '../pods/podState.ts'

/** A media node's Pod as planners see it. Times are wall clock milliseconds. */
export interface PodView {
  readonly uid: string
  readonly createdAtMs: number
  /** When it got its Kubernetes Node; undefined while it has none. */
  readonly scheduledAtMs: number | undefined
  /** When the kubelet kills what is left of it; undefined while nobody deletes it. */
  readonly killedAtMs: number | undefined
  readonly state: PodState
  /** The Kubernetes Node that it runs on. */
  readonly host: string | undefined
  /** Values of its labels. */
  readonly guard: string | undefined
  readonly serving: string | undefined
}

/** By the scheduler's word; one that somebody else bound may lack it, and counts from when it was made. */
function scheduledAtMs({ metadata, spec, status }: Pod): number | undefined {
  if (spec.nodeName === undefined) return undefined
  const told = status?.conditions?.find(({ type, status: is }) => type === 'PodScheduled' && is === 'True')
  return Date.parse(told?.lastTransitionTime ?? metadata.creationTimestamp ?? '')
}

/** The view of a media node's own Pod; undefined where there is none. */
export function viewPod(node: MediaNode, pod: Pod | undefined): PodView | undefined {
  if (pod === undefined || !isPodOf(pod, node)) return undefined
  const { uid, creationTimestamp = '', deletionTimestamp, labels } = pod.metadata
  return {
    uid,
    createdAtMs: Date.parse(creationTimestamp),
    scheduledAtMs: scheduledAtMs(pod),
    killedAtMs: deletionTimestamp === undefined ? undefined : Date.parse(deletionTimestamp),
    state: podStateOf(pod),
    host: pod.spec.nodeName,
    guard: labels?.[podLabels.guard],
    serving: labels?.[podLabels.serving],
  }
}
