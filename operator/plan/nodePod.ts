import type { Disruption } from '../pods/disruptions.ts'
import type { Refusal } from '../pods/refusals.ts'
import type { MemberView } from '../view/memberView.ts'
import { isDecided } from './disruptions.ts'

/** What there is to know of a media node whose Pod the operator makes. */
export interface NodePodView {
  readonly member: MemberView
  /** Of its pool: the template's hash now; undefined where the pool is not there or is another than the one that made it. */
  readonly template: string | undefined
  /** Whether its Pod has been on a Kubernetes Node, by its own status. */
  readonly ran: boolean
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

function withoutPod({ member, template, ran, refusal, nowMs }: NodePodView): NodePodPlan {
  if (ran) return { act: 'deleteNode', why: 'its Pod has gone' }
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

/** Plans the Pod of one media node. Disruptions in the view are those of now. */
export function planNodePod(view: NodePodView): NodePodPlan {
  const { member, wallMs } = view
  const { pod, disruptions } = member
  if (member.deleted) return none // What it owns goes with it.
  if (pod === undefined) return withoutPod(view)
  if (pod.killedAtMs !== undefined) return none
  if (pod.state.at === 'over') return { act: 'deletePod', why: `it is over: ${pod.state.why}`, failed: true }
  const decided = disruptions.filter(isDecided)
  if (decided.length > 0 && (isEmpty(member) || isOver(decided, wallMs))) {
    return { act: 'deletePod', why: decided.map(({ message }) => message).join('; '), failed: false }
  }
  const labels = labelsOf(view)
  return labels.guard === pod.guard && labels.serving === pod.serving ? none : { act: 'labelPod', labels }
}

/** When time alone changes what is planned: a deadline, or the next try. Monotonic milliseconds. */
export function nodePodWakeAtMs({ member, refusal, drainedByMs, nowMs, wallMs }: NodePodView): number | undefined {
  const due = [
    ...member.disruptions.map(({ deadlineMs }) => nowMs + (deadlineMs - wallMs)),
    ...(drainedByMs === undefined ? [] : [nowMs + (drainedByMs - wallMs)]),
    ...(refusal === undefined ? [] : [refusal.notBeforeMs]),
  ].filter((atMs) => atMs > nowMs)
  return due.length === 0 ? undefined : Math.min(...due)
}
