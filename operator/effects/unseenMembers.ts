import type { MediaNode, MediaNodePool } from '../../crds/index.ts'
import type { ApiPort } from '../kube/client/apiPort.ts'
import { kinds } from '../kube/kinds.ts'
import { podLabels } from '../pods/labels.ts'
import { isOwnedBy } from '../pods/owned.ts'

/** What {@link unseenMembers} needs. */
export interface MemberLooking {
  readonly api: Pick<ApiPort, 'list'>
  /** Whether the plan was made from a media node of this name. */
  readonly isKnown: (name: string) => boolean
}

/**
 * The media nodes that a pool has and its plan knew nothing of, as the API server itself says. A leader's caches may be behind as its term begins,
 * by as much as a watch that fell silent: what the one before made would be made again, each with a Pod and a machine under it.
 */
export async function unseenMembers(
  { api, isKnown }: MemberLooking,
  pool: MediaNodePool,
  signal: AbortSignal,
): Promise<readonly MediaNode[]> {
  const { name, namespace } = pool.metadata
  const { items } = await api.list(kinds.MediaNode, { namespace, labelSelector: `${podLabels.pool}=${name}` }, signal)
  return items.filter((node) => isOwnedBy(node, pool) && !isKnown(node.metadata.name))
}
