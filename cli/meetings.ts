import type { Meeting } from '../crds/index.ts'
import { isApiError } from '../operator/kube/client/apiError.ts'
import { kinds } from '../operator/kube/kinds.ts'
import type { Cluster } from './deps.ts'
import { cliErrors } from './failure.ts'

/** Reads a meeting of the cluster's namespace; raises `no_meeting`. */
export async function readMeeting({ api, namespace }: Cluster, name: string): Promise<Meeting> {
  try {
    return await api.get(kinds.Meeting, { namespace, name })
  } catch (error) {
    if (isApiError(error, 'notFound')) throw cliErrors.raise.no_meeting({ namespace, name }, { cause: error })
    throw error
  }
}
