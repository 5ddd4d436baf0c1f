import { isApiError } from '../../operator/kube/client/apiError.ts'
import type { ApiPort } from '../../operator/kube/client/apiPort.ts'
import type { KindRef, KubeObject } from '../../operator/kube/objects.ts'
import { failed, ok, skipped, type Check } from './check.ts'
import { apiReachable } from './clusterChecks.ts'
import { mendImage, ours } from './podChecks.ts'

/** A Job, as far as it tells why it failed. */
interface JobState extends KubeObject {
  readonly spec: {
    readonly activeDeadlineSeconds?: number
    readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } }
  }
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string }[]
  }
}

const jobKind: KindRef<JobState> = { apiVersion: 'batch/v1', kind: 'Job', plural: 'jobs', namespaced: true }

/** One that ran out of time has no Pod any more that could tell why; of any other failure the Pod has the last words. */
const isLate = ({ status }: JobState): boolean =>
  (status?.conditions ?? []).some(
    (each) => each.type === 'Failed' && each.status === 'True' && each.reason === 'DeadlineExceeded',
  )

async function listed(api: ApiPort): Promise<readonly JobState[] | 'forbidden'> {
  try {
    return (await api.list(jobKind, { labelSelector: ours })).items
  } catch (error) {
    if (isApiError(error, 'forbidden')) return 'forbidden'
    if (isApiError(error, 'notFound')) return []
    throw error
  }
}

/** No Job around an installation ran out of time. */
export const jobsEnd: Check = {
  name: 'Jobs',
  needs: [apiReachable.name],
  async examine({ cluster }) {
    const jobs = await listed(cluster.api)
    if (jobs === 'forbidden') return skipped('listing Jobs is not allowed')
    if (jobs.length === 0) return skipped('there are none here; those that did their work are gone')
    const late = jobs.filter(isLate)
    if (late.length === 0) return ok(`none of ${jobs.length} ran out of time`)
    const words = late.map(({ metadata, spec: { activeDeadlineSeconds = 0, template } }) => {
      const images = template.spec.containers.map(({ image }) => image).join(', ')
      return `${metadata.name} was not done within ${activeDeadlineSeconds} s, by the image ${images}`
    })
    return failed(
      words.join('; '),
      `Where the image could not be pulled, the Events of the namespace say so. ${mendImage} Else give it more time by hooks of the chart.`,
    )
  },
}
