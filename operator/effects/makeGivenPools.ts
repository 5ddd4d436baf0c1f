import type { Log } from '../../kit/log.ts'
import { isApiError } from '../kube/client/apiError.ts'
import type { ApiPort } from '../kube/client/apiPort.ts'
import { kinds } from '../kube/kinds.ts'
import { done, terminal, type Outcome } from '../kube/client/outcome.ts'
import type { WriteBucket } from '../kube/write/writeBucket.ts'
import { writeThrough } from '../kube/write/writeThrough.ts'
import type { GivenPool } from '../pods/givenPools.ts'
import { mediaLabels } from '../pods/labels.ts'

/** Annotation of the Lease: the names of the pools that were made, so that one that a person deleted stays deleted. */
export const madePoolsAnnotation = 'parley.media/pools-made'

/** What {@link makeGivenPools} needs. */
export interface GivenPoolsOptions {
  readonly api: Pick<ApiPort, 'get' | 'create' | 'mergePatch'>
  readonly bucket: WriteBucket
  readonly pools: readonly GivenPool[]
  readonly namespace: string
  /** Name of the Lease. */
  readonly lease: string
  readonly log: Log
}

/** Makes each given pool once by name. It may be called again at any time: what was made is read from the Lease, not remembered. */
export function makeGivenPools(options: GivenPoolsOptions): (signal: AbortSignal) => Promise<Outcome> {
  const { api, bucket, pools, namespace, log } = options
  const leaseRef = { namespace, name: options.lease }

  async function made(signal: AbortSignal): Promise<ReadonlySet<string>> {
    const lease = await api.get(kinds.Lease, leaseRef, signal)
    return new Set((lease.metadata.annotations?.[madePoolsAnnotation] ?? '').split(',').filter(Boolean))
  }

  /** Whether the pool is there now; false where the API server refuses it for good. */
  async function make({ name, spec }: GivenPool, signal: AbortSignal): Promise<boolean> {
    const metadata = { name, namespace, labels: { 'app.kubernetes.io/managed-by': mediaLabels['app.kubernetes.io/managed-by'] } }
    try {
      await writeThrough(bucket, { key: `pool/create/${name}`, signal }, (until) =>
        api.create(kinds.MediaNodePool, { metadata, spec }, until),
      )
      log.info({ pool: name }, 'pool of the installation made')
    } catch (thrown) {
      if (isApiError(thrown, 'invalid', 'forbidden')) {
        log.error({ pool: name, err: thrown }, 'pool of the installation refused')
        return false
      }
      if (!isApiError(thrown, 'alreadyExists')) throw thrown
    }
    return true
  }

  return async (signal) => {
    const known = await made(signal)
    const wanted = pools.filter(({ name }) => !known.has(name))
    const there: string[] = []
    for (const pool of wanted) if (await make(pool, signal)) there.push(pool.name)
    if (there.length > 0) {
      const annotations = { [madePoolsAnnotation]: [...known, ...there].join(',') }
      await writeThrough(bucket, { key: 'pools-made', signal }, (until) =>
        api.mergePatch(kinds.Lease, leaseRef, { patch: { metadata: { annotations } }, signal: until }),
      )
    }
    return there.length === wanted.length ? done : terminal(new Error('the API server refuses pools of the installation'))
  }
}
