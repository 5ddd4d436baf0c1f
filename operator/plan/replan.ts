import type { SegmentReport } from '../../sfu/api/order.ts'
import type { Standing } from '../cascade/standing.ts'
import { planStep, type StepPlace } from '../cascade/step.ts'
import type { MeetingView, SegmentView } from '../view/meetingView.ts'
import { cascadeOf } from './cascadeOf.ts'

/** How long an empty segment passes on what others still hear through it; after that it closes all the same, so that a drain ends. */
export const relayAtMostMs = 60_000

/** The next step of the meeting's cascade. */
export interface Replan {
  /** What the segments are told. */
  readonly step: ReadonlyMap<string, StepPlace>
  /** Of those that go, those that nobody needs any more. */
  readonly close: readonly SegmentView[]
}

/** An order that failed, and whose node tells since of the one before, was not taken: what it would have made of it does not count. */
function standingOf({ node, report, ordered, answersSince }: SegmentView): Standing {
  const { up = [], down = [] } = Object.groupBy(report?.peers ?? [], (peer) => (peer.up ? 'up' : 'down'))
  const edgesOf = (peers: SegmentReport['peers']) => new Map(peers.map((peer) => [peer.node, peer.leaving ?? 'stays'] as const))
  return {
    node,
    role: report === undefined || report.epoch === 0 ? undefined : report.role,
    up: edgesOf(up),
    down: edgesOf(down),
    ...(report === undefined ? {} : { fence: { epoch: report.epoch, generation: report.generation } }),
    ...(ordered === undefined || answersSince ? {} : { sent: { ...ordered.fence, role: ordered.role } }),
  }
}

/** Plans how the cascade goes on from what the media nodes report towards what it should be. */
export function planReplan(view: MeetingView, of: { stay: readonly SegmentView[]; going: readonly SegmentView[] }): Replan {
  const waits = of.going.filter(({ emptySinceMs }) => emptySinceMs !== undefined && view.nowMs - emptySinceMs < relayAtMostMs)
  const unheard = view.unheardSegments.map((segment) => ({ ...standingOf(segment), unheard: true }))
  const standing = [...[...of.stay, ...waits].map(standingOf), ...unheard]
  const step = planStep(standing, cascadeOf(view, of.stay))
  return { step, close: of.going.filter(({ node }) => !step.has(node)) }
}

/** When segments that still pass something on close all the same; monotonic milliseconds. */
export function relaysUntilMs({ step }: Replan, going: readonly SegmentView[]): readonly number[] {
  return going.flatMap(({ node, emptySinceMs }) =>
    step.has(node) && emptySinceMs !== undefined ? [emptySinceMs + relayAtMostMs] : [],
  )
}
