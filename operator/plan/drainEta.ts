import type { MediaNode } from '../../crds/index.ts'
import { kubeTimeMs } from '../../kit/kubeTime.ts'
import { drainPace, underWayAtMost } from '../../sfu/api/drain.ts'
import { movedAwayMs } from '../../sfu/api/move.ts'
import type { DrainView } from '../view/drainView.ts'

const minuteMs = 60_000
/** What was told stays until it is off by more than this: a write a minute at most. */
const toleranceMs = minuteMs

/** How long the last of them takes: until they are back elsewhere, and as long as their media stays beside that. */
const leavingMs = drainPace.settleMs + movedAwayMs.beside

/** What an estimate looks at, of the view of a media node. */
export interface EtaView {
  readonly drain: Pick<DrainView, 'meetings'>
  readonly object: Pick<MediaNode, 'status'>
  readonly wallMs: number
}

/** How long those who may go take at the node's pace and the budgets of their meetings; milliseconds. */
function goingMs({ drain: { meetings } }: EtaView, peoplePerSecond: number): number {
  const going = meetings.filter(({ held }) => held === undefined)
  const people = going.reduce((sum, { here }) => sum + here, 0)
  const steps = going.map(({ here, everywhere, shared }) =>
    Math.ceil((shared?.people ?? here) / underWayAtMost(Math.max(here, everywhere))),
  )
  return Math.max((people * 1_000) / peoplePerSecond, Math.max(0, ...steps) * drainPace.settleMs)
}

/**
 * When nobody will be left, by the wall clock. Who is where is the node's own word, so that the estimate follows what happens: it stands
 * still while people go at their pace, and recedes while nobody does. What status says already is kept where that is not a minute off; what
 * has passed is moved to a whole minute.
 */
export function planEta(
  view: EtaView,
  wish: { readonly deadlineAtMs: number; readonly pace?: number | undefined; readonly isBlocked: boolean },
): number {
  const { wallMs, object } = view
  const { deadlineAtMs, pace = drainPace.peoplePerSecond, isBlocked } = wish
  const estimateMs = isBlocked ? deadlineAtMs : Math.min(deadlineAtMs, wallMs + goingMs(view, pace) + leavingMs)
  const toldMs = kubeTimeMs(object.status?.drain?.eta)
  if (toldMs === undefined || estimateMs === deadlineAtMs) return estimateMs
  if (toldMs > wallMs && Math.abs(estimateMs - toldMs) <= toleranceMs) return toldMs
  return Math.min(deadlineAtMs, Math.ceil(estimateMs / minuteMs) * minuteMs)
}
