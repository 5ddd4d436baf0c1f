import { conditionReasons } from '../../crds/index.ts'
import { startsWithinMs } from '../ledger/nodes/starting.ts'
import type { Disruption } from '../pods/disruptions.ts'
import type { Refusal } from '../pods/refusals.ts'
import type { MemberView } from '../view/memberView.ts'
import type { PodView } from '../view/podView.ts'
import { isDecided } from './disruptions.ts'

/** What there is to know of a media node whose Pod the operator makes. */
export interface NodePodView {
  readonly member: MemberView
  /** Of its pool: the template's hash now; undefined where the pool is not there or is another than the one that made it. */
  readonly template: string | undefined
  /** When its drain is over, whoever asked for it; wall clock milliseconds. */
  readonly drainedByMs: number | undefined
  readonly refusal: Refusal | undefined
  readonly nowMs: number
  readonly wallMs: number
}

/** Values of the labels that tell Kubernetes how a media Pod stands. */
export interface PodLabelValues {
  readonly guard: 'on' | 'off'
  readonly serving: 'true' | 'false'
}

/** What is to be done about a media node's Pod. */
export type NodePodPlan =
  | { readonly act: 'none' }
  | { readonly act: 'createPod' }
  | { readonly act: 'labelPod'; readonly labels: PodLabelValues }
  | { readonly act: 'deletePod'; readonly why: string; readonly failed: boolean }
  /** The media node goes with its Pod: another one is made under a new name. */
  | { readonly act: 'deleteNode'; readonly why: string }

const none: NodePodPlan = { act: 'none' }
/** Whether nobody is on a node: by its own word, since it is dead, or since its agent never ran. */
const isEmpty = ({ state, everHeard }: MemberView): boolean =>
  state === 'drained' || state === 'lost' || (state === 'pending' && !everHeard)

const isOver = (disruptions: readonly Disruption[], wallMs: number): boolean =>
  disruptions.some(({ deadlineMs }) => wallMs >= deadlineMs)

/** Troubles by which a Pod is given up in the end. What its kubelet names it tries again by itself, and another Pod would meet the same. */
const nobodyKnowsWhy: ReadonlySet<string | undefined> = new Set([
  conditionReasons.MediaNode.notAnswering,
  conditionReasons.MediaNode.slowStart,
])

/**
 * When a Pod whose agent was never heard is given up; wall clock milliseconds. One that is ready is heard by some operator, though not by this
 * one, and stays.
 */
function givenUpAtMs({ pod, state, everHeard, trouble }: MemberView): number | undefined {
  if (pod?.scheduledAtMs === undefined || pod.state.at !== 'starting') return undefined
  if (everHeard || state !== 'pending' || !nobodyKnowsWhy.has(trouble?.reason)) return undefined
  return pod.scheduledAtMs + startsWithinMs
}

function withoutPod({ member, template, refusal, nowMs }: NodePodView): NodePodPlan {
  if (member.ran) return { act: 'deleteNode', why: 'its Pod has gone' }
  if (template === undefined) return none // The pool goes, and takes it along.
  if (member.disruptions.some(isDecided)) return { act: 'deleteNode', why: 'it is not needed, and had no Pod yet' }
  if (member.template !== template)
    return { act: 'deleteNode', why: 'the pool has another template by now, and it had no Pod yet' }
  return refusal !== undefined && nowMs < refusal.notBeforeMs ? none : { act: 'createPod' }
}

/** What its labels should say. The guard goes once the Pod may be evicted: its node is empty, or its time is over. */
export function labelsOf({ member, drainedByMs = Infinity, wallMs }: NodePodView): PodLabelValues {
  const leaves = member.disruptions.length > 0 || member.drainedByUser
  return {
    guard: leaves && (isEmpty(member) || isOver(member.disruptions, wallMs) || wallMs >= drainedByMs) ? 'off' : 'on',
    serving: leaves ? 'false' : 'true',
  }
}

/** Why a Pod is to be deleted, and whether it failed; undefined where it stays. */
function whyEnd(member: MemberView, { state }: PodView, wallMs: number): { why: string; failed: boolean } | undefined {
  if (state.at === 'over') return { why: `it is over: ${state.why}`, failed: true }
  const decided = member.disruptions.filter(isDecided)
  if (decided.length > 0 && (isEmpty(member) || isOver(decided, wallMs)))
    return { why: decided.map(({ message }) => message).join('; '), failed: false }
  const isGivenUp = wallMs >= (givenUpAtMs(member) ?? Infinity)
  return isGivenUp ? { why: `its agent was never heard in ${startsWithinMs / 60_000} minutes`, failed: true } : undefined
}

/** Plans the Pod of one media node. Disruptions in the view are those of now. */
export function planNodePod(view: NodePodView): NodePodPlan {
  const { member, wallMs } = view
  const { pod } = member
  if (member.deleted) return none // What it owns goes with it.
  if (pod === undefined) return withoutPod(view)
  if (pod.killedAtMs !== undefined) return none
  const end = whyEnd(member, pod, wallMs)
  if (end !== undefined) return { act: 'deletePod', ...end }
  const labels = labelsOf(view)
  return labels.guard === pod.guard && labels.serving === pod.serving ? none : { act: 'labelPod', labels }
}

/** When time alone changes what is planned: a deadline, or the next try. Monotonic milliseconds. */
export function nodePodWakeAtMs({ member, refusal, drainedByMs, nowMs, wallMs }: NodePodView): number | undefined {
  const upAtMs = givenUpAtMs(member)
  const due = [
    ...(upAtMs === undefined ? [] : [nowMs + (upAtMs - wallMs)]),
    ...member.disruptions.map(({ deadlineMs }) => nowMs + (deadlineMs - wallMs)),
    ...(drainedByMs === undefined ? [] : [nowMs + (drainedByMs - wallMs)]),
    ...(refusal === undefined ? [] : [refusal.notBeforeMs]),
  ].filter((atMs) => atMs > nowMs)
  return due.length === 0 ? undefined : Math.min(...due)
}
