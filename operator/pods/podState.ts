import type { ContainerStatus, Pod, PodCondition } from '../kube/core.ts'

/** What keeps a Pod from running its agent: one word for programs, one line for people that names what to change. */
export interface PodTrouble {
  readonly reason: 'Unschedulable' | 'ImagePull' | 'CrashLoop' | 'ContainerRefused'
  readonly message: string
}

/**
 * How far a Pod is.
 *
 * | state       | entered by                          | leaves by                              |
 * | unscheduled | made                                | a Kubernetes Node has room: starting   |
 * | starting    | scheduled                           | the agent is ready: running            |
 * | running     | the agent is ready                  | it is not any more: starting           |
 * | over        | the kubelet gave it up: it is made no more, its media node goes |            |
 */
export type PodState =
  | { readonly at: 'unscheduled' | 'starting'; readonly trouble: PodTrouble | undefined }
  | { readonly at: 'running' }
  | { readonly at: 'over'; readonly why: string }

const conditionOf = (pod: Pod, type: string): PodCondition | undefined =>
  pod.status?.conditions?.find((condition) => condition.type === type)

function unschedulable(pod: Pod): PodTrouble | undefined {
  const { status, reason, message = '' } = conditionOf(pod, 'PodScheduled') ?? {}
  if (status !== 'False' || reason !== 'Unschedulable') return undefined
  return { reason: 'Unschedulable', message: `no Kubernetes Node has room for its Pod: ${message}` }
}

const pullReasons: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'RegistryUnavailable',
])
const refusedReasons: ReadonlySet<string> = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'PreCreateHookError',
])

/** In our words: the kubelet's own differ from try to try, and the status is to stand still. */
const unpullable = 'its image cannot be pulled: look at spec.image of the pool, its imagePullSecrets, and the Events of the Pod'

function waitingTrouble({ state }: ContainerStatus): PodTrouble | undefined {
  const { reason = '', message = '' } = state?.waiting ?? {}
  if (pullReasons.has(reason)) return { reason: 'ImagePull', message: unpullable }
  if (refusedReasons.has(reason)) return { reason: 'ContainerRefused', message: `its container cannot be made: ${message}` }
  return undefined
}

/** An agent that keeps ending: said the same way while it waits to be started again and while it runs for a moment. */
function crashTrouble(pod: Pod, status: ContainerStatus): PodTrouble | undefined {
  const ended = status.state?.terminated ?? status.lastState?.terminated
  if (status.ready || ended === undefined) return undefined
  const { name } = pod.metadata
  const message = `its agent ended with code ${ended.exitCode} and is started again: see kubectl logs ${name} --previous`
  return { reason: 'CrashLoop', message }
}

function starting(pod: Pod): PodState {
  const agent = pod.status?.containerStatuses?.[0]
  return { at: 'starting', trouble: agent && (waitingTrouble(agent) ?? crashTrouble(pod, agent)) }
}

/** Judges a Pod by what the scheduler and the kubelet say of it. */
export function podStateOf(pod: Pod): PodState {
  const { phase, reason, message } = pod.status ?? {}
  if (phase === 'Failed' || phase === 'Succeeded') {
    return { at: 'over', why: [reason ?? phase, message].filter(Boolean).join(': ') }
  }
  if (pod.spec.nodeName === undefined) return { at: 'unscheduled', trouble: unschedulable(pod) }
  return conditionOf(pod, 'Ready')?.status === 'True' ? { at: 'running' } : starting(pod)
}
