import type { MediaNodePool } from '../../crds/index.ts'
import { ApiError, isApiError } from '../kube/client/apiError.ts'
import type { ApiPort } from '../kube/client/apiPort.ts'
import type { PodDisruptionBudget } from '../kube/core.ts'
import { kinds } from '../kube/kinds.ts'
import type { WriteBucket } from '../kube/write/writeBucket.ts'
import { writeThrough } from '../kube/write/writeThrough.ts'
import { budgetName, budgetOf } from '../plan/poolBudget.ts'
import { mediaLabels, podLabels } from '../pods/labels.ts'
import { isOwnedBy, ownedBy } from '../pods/owned.ts'

/** What {@link writeBudget} needs. */
export interface BudgetWriting {
  readonly api: Pick<ApiPort, 'get' | 'create' | 'mergePatch'>
  readonly bucket: WriteBucket
}

/** Ours, or of a pool that had the name before, which the garbage collector has not reached. */
const isOfPool = (budget: PodDisruptionBudget, pool: MediaNodePool): boolean =>
  isOwnedBy(budget, pool) || (budget.metadata.ownerReferences?.some(({ kind }) => kind === pool.kind) ?? false)

/** What a person has to do where the name is somebody else's. */
const whoseElse = (name: string): string =>
  `there is a PodDisruptionBudget ${name} that is not the pool's: delete it or give it another name; ` +
  "until then nothing keeps the pool's Pods from eviction"

/** Makes a pool's budget, or makes it what it should be. Rejects with `alreadyExists` and words where somebody else's has its name. */
export async function writeBudget(
  { api, bucket }: BudgetWriting,
  { pool, act }: { pool: MediaNodePool; act: 'create' | 'patch' },
  signal: AbortSignal,
): Promise<PodDisruptionBudget> {
  const { name: poolName, namespace, uid } = pool.metadata
  const ref = { namespace, name: budgetName(poolName) }
  const metadata = { labels: { ...mediaLabels, [podLabels.pool]: poolName }, ownerReferences: ownedBy(pool) }
  const spec = budgetOf(poolName)
  const through = (write: (until: AbortSignal) => Promise<PodDisruptionBudget>): Promise<PodDisruptionBudget> =>
    writeThrough(bucket, { key: `pool/budget/${uid}`, signal }, write)
  const patch = (): Promise<PodDisruptionBudget> =>
    through((until) => api.mergePatch(kinds.PodDisruptionBudget, ref, { patch: { metadata, spec }, signal: until }))
  if (act === 'patch') return patch()
  try {
    return await through((until) => api.create(kinds.PodDisruptionBudget, { metadata: { ...ref, ...metadata }, spec }, until))
  } catch (thrown) {
    if (!isApiError(thrown, 'alreadyExists')) throw thrown
    // By a pool's, where an answer was lost, the cache is late or somebody took its labels away; or by somebody else's.
    const there = await api.get(kinds.PodDisruptionBudget, ref, signal)
    if (!isOfPool(there, pool)) throw new ApiError('alreadyExists', whoseElse(ref.name), { status: 409 })
    return patch()
  }
}
