import { isApiError } from '../operator/kube/client/apiError.ts'
import type { ApiPort } from '../operator/kube/client/apiPort.ts'
import { kinds, type Lease } from '../operator/kube/kinds.ts'
import { leaseAnnotations } from '../operator/kube/lead/leaseRecord.ts'
import { shortDuration } from './duration.ts'

/** Whether somebody leads, as the Lease says. */
export interface OperatorHealth {
  readonly leading: boolean
  readonly leader?: string
  /** Where the leader's placement API answers, as its Lease says; in a cluster only Pods may reach it. */
  readonly address?: string
  /** One line for people. */
  readonly words: string
}

/** Name of the Lease that the operators lead by. */
export const operatorLease = 'parley-operator'

/** What a Lease says about the leader at `nowMs` (wall clock; the machine's and the cluster's may differ by a little). */
export function healthOf(lease: Lease | undefined, nowMs: number): OperatorHealth {
  const { holderIdentity, renewTime, leaseDurationSeconds = 15 } = lease?.spec ?? {}
  if (!holderIdentity || renewTime === undefined) return { leading: false, words: 'no operator leads' }
  const silentMs = nowMs - Date.parse(renewTime)
  const leading = silentMs <= leaseDurationSeconds * 1_000
  const heard = `renewed ${shortDuration(silentMs)} ago`
  const address = lease?.metadata.annotations?.[leaseAnnotations.address]
  return {
    leading,
    leader: holderIdentity,
    ...(address === undefined ? {} : { address }),
    words: leading ? `${holderIdentity} leads, ${heard}` : `${holderIdentity} led, last ${heard}`,
  }
}

/** Finds the Lease in whatever namespace the operator runs; undefined where there is none or no right to see it. */
export async function readOperatorHealth(api: ApiPort, nowMs: number): Promise<OperatorHealth> {
  try {
    const { items } = await api.list(kinds.Lease, { fieldSelector: `metadata.name=${operatorLease}` })
    const newest = items.toSorted((a, b) => (b.spec?.renewTime ?? '').localeCompare(a.spec?.renewTime ?? ''))[0]
    return healthOf(newest, nowMs)
  } catch (error) {
    if (isApiError(error, 'forbidden')) return { leading: false, words: 'unknown: reading Leases is not allowed' }
    throw error
  }
}
