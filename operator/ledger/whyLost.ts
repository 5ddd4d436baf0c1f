import type { LostPart } from './meetings/meetingFacts.ts'
import type { NodeEntry } from './nodes/nodeEntry.ts'
import { isStale, nodeStateOf } from './nodes/nodeState.ts'

/** Why nobody is on the node any more, in words; undefined where somebody may be. */
export function whyLost(node: NodeEntry | undefined, nowMs: number): string | undefined {
  if (node === undefined) return 'its MediaNode is gone'
  const { state, why } = nodeStateOf(node, nowMs)
  return state === 'lost' || (state === 'wrong' && isStale(node, nowMs)) ? why : undefined
}

/** Where the node stood of which these are the parts, as they remember. */
export const regionOf = (parts: readonly LostPart[]): string | undefined =>
  parts.find(({ segment }) => segment?.host !== undefined)?.segment?.host?.region
