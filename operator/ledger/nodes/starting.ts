import type { NodeEntry } from './nodeEntry.ts'

/** An agent that has an address answers within this: as long as the start-up probe of its Pod waits for it. */
export const usualStartMs = 60_000
/** A node that is not heard by then does not start but fails: Kubernetes had the time to make a machine and to bring the image there. */
export const startsWithinMs = 10 * 60_000

/** When a node that was not heard yet takes longer to start than is usual; monotonic milliseconds, undefined where it has no address yet. */
export const overdueAtMs = ({ addressedAtMs }: Pick<NodeEntry, 'addressedAtMs'>): number | undefined =>
  addressedAtMs === undefined ? undefined : addressedAtMs + usualStartMs

/** Whether a node that was not heard yet may still be about to start. */
export function maySoonStart(node: Pick<NodeEntry, 'addressedAtMs' | 'knownSinceMs'>, nowMs: number): boolean {
  return nowMs < (overdueAtMs(node) ?? node.knownSinceMs + startsWithinMs)
}
