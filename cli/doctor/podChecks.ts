import { isApiError } from '../../operator/kube/client/apiError.ts'
import type { ApiPort } from '../../operator/kube/client/apiPort.ts'
import type { KindRef, KubeObject } from '../../operator/kube/objects.ts'
import { apiReachable } from './clusterChecks.ts'
import { failed, ok, skipped, type Check } from './check.ts'

/** A Pod, as far as it tells why it does not run. */
export interface PodState extends KubeObject {
  readonly status?: {
    readonly phase?: string
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[]
    readonly containerStatuses?: readonly {
      readonly image: string
      readonly restartCount?: number
      readonly state?: {
        readonly waiting?: { readonly reason?: string; readonly message?: string }
        readonly terminated?: { readonly exitCode: number; readonly message?: string }
      }
    }[]
  }
}

const podKind: KindRef<PodState> = { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true }

/** Labels of what the chart and the operator make. */
export const ours = 'app.kubernetes.io/name=parley'

interface Trouble {
  readonly words: string
  readonly todo: string
}

/** What to do about an image that cannot be pulled. */
export const mendImage = 'Push the image, or load it on every Node; see image.registry, image.tag, imagePullSecrets of the chart.'

/** What to do about a container that waits, by Kubernetes' reason. */
const remedies: Readonly<Record<string, string>> = {
  ErrImagePull: mendImage,
  ImagePullBackOff: mendImage,
  InvalidImageName: 'Mend image.registry, image.tag or the repository of the chart.',
  CreateContainerConfigError: 'Make the Secret or ConfigMap that is named; see secrets of the chart.',
  CrashLoopBackOff: 'Look at its log: kubectl logs POD --previous.',
}

type Container = NonNullable<NonNullable<PodState['status']>['containerStatuses']>[number]

function troubleOfContainer({ metadata, status }: PodState, { image, state = {} }: Container): Trouble | undefined {
  const { waiting, terminated } = state
  const todo = remedies[waiting?.reason ?? '']
  if (todo !== undefined) return { words: `${waiting?.reason} of ${image}`, todo: todo.replace('POD', metadata.name) }
  if (status?.phase !== 'Failed' || terminated === undefined) return undefined
  const { message = `ended with ${terminated.exitCode}` } = terminated
  return { words: message.trim(), todo: 'Mend this; Helm or the operator tries again.' }
}

/** Why a Pod does not run; undefined where it does, or is on its way. */
function troubleOf(pod: PodState): Trouble | undefined {
  const { containerStatuses = [], conditions = [] } = pod.status ?? {}
  for (const container of containerStatuses) {
    const trouble = troubleOfContainer(pod, container)
    if (trouble !== undefined) return trouble
  }
  const unscheduled = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False')
  if (unscheduled === undefined) return undefined
  return { words: `no Node takes it: ${unscheduled.message ?? ''}`, todo: 'Add a Node, or free what the message names.' }
}

async function listed(api: ApiPort): Promise<readonly PodState[] | 'forbidden'> {
  try {
    return (await api.list(podKind, { labelSelector: ours })).items
  } catch (error) {
    if (isApiError(error, 'forbidden')) return 'forbidden'
    if (isApiError(error, 'notFound')) return []
    throw error
  }
}

/** No Pod of an installation is stuck. */
export const podsRun: Check = {
  name: 'Pods',
  needs: [apiReachable.name],
  async examine({ cluster }) {
    const pods = await listed(cluster.api)
    if (pods === 'forbidden') return skipped('listing Pods is not allowed')
    if (pods.length === 0) return skipped('there are none here (the demo has none)')
    const stuck = pods.flatMap((pod) => {
      const trouble = troubleOf(pod)
      return trouble === undefined ? [] : [{ name: pod.metadata.name, ...trouble }]
    })
    if (stuck.length === 0) return ok(`none of ${pods.length} is stuck`)
    const words = stuck.map(({ name, words: why }) => `${name}: ${why}`).join('; ')
    return failed(words, [...new Set(stuck.map(({ todo }) => todo))].join(' '))
  },
}
