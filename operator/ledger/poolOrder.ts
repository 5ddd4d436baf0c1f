import { acceptLimit } from '../placement/filters.ts'
import { newSegmentLoad, type NodeEntry } from './nodeEntry.ts'

/**
 * By what the nodes of a pool stand in order for new segments, the least first: by their load, or, where the pool packs, by the room that
 * is left in them, and behind all that have room those that have none.
 */
export function rankForNew(node: NodeEntry): number {
  const load = newSegmentLoad(node)
  if (!node.packs) return load
  return load < acceptLimit ? acceptLimit - load : acceptLimit + load
}
