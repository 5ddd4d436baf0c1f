import type { SegmentReport } from '../../../sfu/api/order.ts'
import type { PipeWitnesses } from '../nodes/signs.ts'
import type { MeetingEntry } from './meetingEntry.ts'

/**
 * A pipe that was up is down when its node says so. One that was not seen up counts later: it may be on its way, which takes a second or
 * two, and as much again when the first attempt fails.
 */
export const unseenPipeCountsAfterMs = 10_000

/** Of one segment: from when each pipe that is down counts as a sign, by the node at its other end. Monotonic milliseconds. */
export type PipesDown = ReadonlyMap<string, number>

export const noPipesDown: PipesDown = new Map()

/** What a segment's new report says of pipes that are down. */
export function pipesDownBy(
  report: SegmentReport,
  before: { readonly report: SegmentReport | undefined; readonly pipesDown: PipesDown },
  nowMs: number,
): PipesDown {
  const down = report.peers.filter(({ up }) => !up)
  if (down.length === 0) return noPipesDown
  const wasUp = new Set(before.report?.peers.filter(({ up }) => up).map(({ node }) => node))
  return new Map(
    down.map(({ node }) => [node, before.pipesDown.get(node) ?? (wasUp.has(node) ? nowMs : nowMs + unseenPipeCountsAfterMs)]),
  )
}

/** Asks the meetings on `node` what their other segments say. `isHeard`: only the word of a node that is heard itself counts. */
export function pipeWitnesses(
  meetings: Iterable<MeetingEntry>,
  { node, isHeard, nowMs }: { readonly node: string; readonly isHeard: (node: string) => boolean; readonly nowMs: number },
): PipeWitnesses {
  const isDown = new Map<string, boolean>()
  for (const { segments } of meetings) {
    for (const { node: witness, report, pipesDown } of segments.values()) {
      if (witness === node || report?.peers.some((peer) => peer.node === node) !== true) continue
      const down = (pipesDown.get(node) ?? Infinity) <= nowMs
      isDown.set(witness, down && (isDown.get(witness) ?? true))
    }
  }
  const heard = [...isDown].filter(([witness]) => isHeard(witness))
  const down = heard.filter(([, isIt]) => isIt).map(([witness]) => witness)
  return { down: down.toSorted(), others: heard.length - down.length }
}
