import type { MediaNode, MediaNodePool } from '../../crds/index.ts'
import { ApiError, isApiError } from '../kube/client/apiError.ts'
import type { ApiPort } from '../kube/client/apiPort.ts'
import { kinds } from '../kube/kinds.ts'
import type { Draft } from '../kube/objects.ts'
import type { WriteBucket } from '../kube/write/writeBucket.ts'
import { writeThrough } from '../kube/write/writeThrough.ts'
import { podLabels } from '../pods/labels.ts'
import { newNodeName } from '../pods/nodeName.ts'
import { isOwnedBy, ownedBy } from '../pods/owned.ts'
import { templateHash } from '../pods/template.ts'

/** What {@link makeMediaNode} needs. */
export interface MediaNodeMaking {
  readonly api: Pick<ApiPort, 'get' | 'create'>
  readonly bucket: WriteBucket
  /** Whether the cache has a media node of this name. */
  readonly isKnown: (name: string) => boolean
  /** Yields [0, 1). */
  readonly random: () => number
}

/** A name is one of 14 million: who meets taken ones so often has a bad source of them, or somebody who takes them. */
const namesAtMost = 3

function nodeDraft(pool: MediaNodePool, name: string): Draft<Pick<MediaNode, 'metadata' | 'spec'>> {
  const { namespace } = pool.metadata
  const labels = { [podLabels.pool]: pool.metadata.name, [podLabels.template]: templateHash(pool.spec) }
  return {
    metadata: { name, namespace, labels, ownerReferences: ownedBy(pool) },
    spec: { pool: pool.metadata.name, workers: pool.spec.workers, cordoned: false },
  }
}

/** Makes the media node of one name; undefined where the name is taken by another one. */
async function tryName(
  { api, bucket, isKnown }: MediaNodeMaking,
  { pool, name }: { pool: MediaNodePool; name: string },
  signal: AbortSignal,
): Promise<MediaNode | undefined> {
  const wasKnown = isKnown(name)
  try {
    return await writeThrough(bucket, { key: `node/create/${name}`, signal }, (until) =>
      api.create(kinds.MediaNode, nodeDraft(pool, name), until),
    )
  } catch (thrown) {
    const isTaken = isApiError(thrown, 'alreadyExists')
    if (!isTaken && !(isApiError(thrown) && thrown.ambiguous)) throw thrown
    // A lost answer leaves open whether it was made: the server itself is asked. If it comes later still, it is one too many, and leaves.
    const there = await api
      .get(kinds.MediaNode, { namespace: pool.metadata.namespace, name }, signal)
      .catch((failed: unknown) => {
        if (isTaken && isApiError(failed, 'notFound')) return undefined
        throw isTaken ? failed : thrown
      })
    // One that the cache knew before is a member already, and counted: what is ours and new is what was made just now, whether the cache shows it by now or not.
    return there !== undefined && isOwnedBy(there, pool) && !wasKnown ? there : undefined
  }
}

/** Makes a media node of a pool under a new name. Rejects with `alreadyExists` and words where each name that it drew was taken. */
export async function makeMediaNode(making: MediaNodeMaking, pool: MediaNodePool, signal: AbortSignal): Promise<MediaNode> {
  const { name: poolName, namespace } = pool.metadata
  for (let tries = 0; tries < namesAtMost; tries++) {
    const made = await tryName(making, { pool, name: newNodeName(poolName, making.random) }, signal)
    if (made !== undefined) return made
  }
  // The same words each time, whatever was drawn: status is to stand still.
  const message =
    `each of ${namesAtMost} names that it drew for a media node is taken by a MediaNode that it did not make: ` +
    `kubectl get medianodes --namespace ${namespace}, and delete those named ${poolName}-... that nobody needs`
  throw new ApiError('alreadyExists', message, { status: 409 })
}
