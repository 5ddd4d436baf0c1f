import type { Clock, Timer } from '../../kit/clock.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { nodeStateOf, nodeStates } from '../ledger/nodes/nodeState.ts'
import type { OperatorMetrics } from '../metrics.ts'
import type { DrainReport } from '../../sfu/api/drain.ts'
import type { Channel } from './changes.ts'
import { measureDrains } from './measureDrains.ts'
import { MeetingWalk } from './meetingWalk.ts'

/** Silence is noticed within half a second of its limit. */
const nodesEveryMs = 500
/** Seats and forgotten meetings may wait: a walk through all meetings begins so often, in turns of this sweep. */
const meetingsEvery = 10
/** In one turn a tenth of them, and so many at least: of fewer the walk is over at once. */
const meetingsAtLeast = 2_000

function measure(ledger: Ledger, metrics: OperatorMetrics, nowMs: number): void {
  const nodes = new Map<string, number>()
  const drains: DrainReport[] = []
  for (const node of ledger.nodes.all()) {
    const { state } = nodeStateOf(node, nowMs)
    nodes.set(state, (nodes.get(state) ?? 0) + 1)
    if (node.drainTold !== undefined) drains.push(node.drainTold)
  }
  measureDrains(drains, metrics)
  for (const state of nodeStates) metrics.nodes.set({ phase: state }, nodes.get(state) ?? 0)
}

/** Lets time do its part: silent nodes leave the orders and are declared dead by a second sign, reservations and unused grants fall; and counts what there is. */
export function sweepRegularly(options: { ledger: Ledger; clock: Clock; metrics: OperatorMetrics; pools: Channel }): Timer {
  const { ledger, clock, metrics, pools } = options
  let turn = 0
  let walk: MeetingWalk | undefined

  function walkOn(nowMs: number): void {
    const counts = walk?.goOn(Math.max(meetingsAtLeast, Math.ceil(ledger.meetings.size / meetingsEvery)), nowMs)
    if (counts === undefined) return
    walk = undefined
    metrics.meetings.set({ phase: 'active' }, counts.active)
    metrics.meetings.set({ phase: 'other' }, counts.others)
  }

  return clock.every(nodesEveryMs, () => {
    const nowMs = clock.monotonicMs()
    ledger.sweep(nowMs)
    ledger.judgeSilent(nowMs)
    turn = (turn + 1) % meetingsEvery
    if (turn === 0) walk ??= new MeetingWalk(ledger)
    walkOn(nowMs)
    if (turn !== 0) return
    for (const { metadata } of ledger.nodes.pools()) pools.emit(metadata.name) // Loads make no change of their own.
    measure(ledger, metrics, nowMs)
  })
}
