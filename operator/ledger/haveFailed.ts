import type { NodeEntry } from './nodes/nodeEntry.ts'
import { nodeStateOf, type NodeState } from './nodes/nodeState.ts'

/** Nodes that should serve people. Several who lost their media on one make it suspect: it failed each of them nonetheless. */
const serving: ReadonlySet<NodeState> = new Set(['ready', 'suspect'])

/**
 * Which of the media nodes that somebody does not want to be on have failed them: those that should serve people at `nowMs` (monotonic). One
 * that takes no work, since it drains or is lost for instance, failed nobody by that.
 */
export function haveFailed(
  nodes: { get(name: string): NodeEntry | undefined },
  unwanted: readonly string[],
  nowMs: number,
): readonly string[] {
  return unwanted.filter((name) => {
    const node = nodes.get(name)
    return node !== undefined && serving.has(nodeStateOf(node, nowMs).state)
  })
}
