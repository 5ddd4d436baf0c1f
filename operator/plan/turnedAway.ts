import { kubeTime } from '../../kit/kubeTime.ts'
import { turnedAwayForMs } from '../ledger/meetings/turnedAway.ts'
import type { MeetingView, SegmentView } from '../view/meetingView.ts'
import { peopleStep } from './steps.ts'

/** Refusals for want of a media node: whatever the meeting's own rules let in, nobody gets in. */
const forNodes: ReadonlySet<string> = new Set(['no_node_ready', 'nodes_full'])

/** What is told of tries to join that were turned away. */
export interface ToldTurnedAway {
  readonly words: string
  /** Media nodes were what was wanting, and no rule of the meeting kept them out. */
  readonly isForNodes: boolean
}

/**
 * That people try to join a meeting in which nobody is, and why they are turned away; undefined where nobody was, or where others are in it and
 * who was turned away concerns them alone. Stays the same while more of them come, but for the steps of their number.
 */
export function toldTurnedAway(view: MeetingView, stay: readonly SegmentView[]): ToldTurnedAway | undefined {
  const { turnedAway, people } = view
  if (turnedAway === undefined || (people > 0 && stay.length > 0)) return undefined
  const { told, sinceWallMs } = turnedAway
  const at = kubeTime(sinceWallMs)
  const count = peopleStep(told.count)
  const tries =
    count === '1' ? `a try to join was turned away at ${at}` : `${count} tries to join were turned away since ${at}, the last`
  return { words: `${tries} because ${told.reason}`, isForNodes: forNodes.has(told.code) }
}

/** When that is told no longer, if nobody tries again; monotonic milliseconds. */
export const turnedAwayUntilMs = ({ turnedAway }: MeetingView): number | undefined =>
  turnedAway === undefined ? undefined : turnedAway.lastAtMs + turnedAwayForMs
