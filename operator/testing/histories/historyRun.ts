import { actions, weighted } from './actions.ts'
import type { History } from './history.ts'
import { cancelledDrain, drainFaultsOf } from './historyDrain.ts'
import { namedFaults } from '../invariants/always.ts'
import { eventualFaultsOf } from '../invariants/eventually.ts'
import { isHeld } from '../invariants/meetings.ts'
import { remnantsOf } from '../invariants/orphans.ts'
import { stillness } from '../invariants/stillness.ts'

const longestStepMs = 4_000
/** In so many histories media nodes are drained to the end before it comes to rest. */
const drainedShare = 0.25
/** Of those drains so many are cancelled half-way. */
const cancelledShare = 0.3
const firstOperatorMs = 3_000
/** A reconcile or a write that failed for minutes is tried again within one, an agent that was not believed within 20 s. */
const convergesWithinMs = 120_000
const lookEveryMs = 5_000
/** Longer than a grant that nobody uses keeps its place (`seatMs`). */
const grantLapsesMs = 25_000
/** Counts are written at most once a minute an object: when nothing was for longer, nothing waits to be. */
const quietMs = 65_000
/** Seats of grants that were never used fall, segments that everybody left close 20 s later, and their counts come a minute after. */
const quietWithinMs = 240_000
/** Meetings that everybody left end after 300 s. */
const emptiesEndMs = 330_000

/** Takes so many steps of a history. */
export async function takeSteps(history: History, steps: number): Promise<void> {
  const { simulation } = history
  history.startOperator()
  await simulation.pass(firstOperatorMs)
  for (let step = 0; step < steps; step++) {
    const name = history.pick(weighted)
    history.tell(name)
    history.counters.add(`step ${name}`)
    await actions[name]?.(history)
    await simulation.pass(history.random() * longestStepMs)
  }
}

/** Lets time pass until all is as it should be; what is still wrong when the time is up. */
async function converge(history: History): Promise<readonly string[]> {
  const { simulation } = history
  const endMs = simulation.clock.monotonicMs() + convergesWithinMs
  for (;;) {
    if (simulation.operators.size === 0) history.startOperator()
    await simulation.pass(lookEveryMs)
    await history.rejoin()
    await simulation.pass(lookEveryMs)
    const faults = eventualFaultsOf(history)
    if (faults.length === 0 || simulation.clock.monotonicMs() >= endMs) return faults
  }
}

/** Lets time pass until nothing has moved for as long as anything may wait; what moved last where that never comes. */
async function settle({ simulation }: History): Promise<readonly string[]> {
  // A node that is kept out for minutes is let in again in the middle of them.
  const held = [...simulation.nodes.keys()].filter((node) => isHeld(simulation, node))
  const endMs = simulation.clock.monotonicMs() + quietWithinMs
  let before = stillness(simulation, held)
  let sinceMs = simulation.clock.monotonicMs()
  let moved: readonly string[] = []
  while (simulation.clock.monotonicMs() - sinceMs < quietMs) {
    if (simulation.clock.monotonicMs() >= endMs) return moved
    await simulation.pass(lookEveryMs)
    const now = stillness(simulation, held)
    const known = new Set(before)
    if (now.length === before.length && now.every((line) => known.has(line))) continue
    moved = now.filter((line) => !known.has(line))
    before = now
    sinceMs = simulation.clock.monotonicMs()
  }
  return []
}

/** Waits for rest; what is wrong then. */
async function rest(history: History): Promise<readonly string[]> {
  // In most histories somebody is in each meeting, so that none of them ends in the minutes in which nothing may be written.
  if (history.random() < 0.1) await history.simulation.pass(emptiesEndMs)
  else await history.fill()
  const unrest = await settle(history)
  // Somebody who had no place may have found one a moment ago; what was reserved for them falls with the grant.
  if (remnantsOf(history.simulation).length > 0) await history.simulation.pass(grantLapsesMs)
  const late = [...eventualFaultsOf(history), ...namedFaults('remnants', remnantsOf(history.simulation))]
  return [...namedFaults('rest', unrest), ...late.map((fault) => `${fault} (once settled)`)]
}

/** Drains nodes where all is well, to their end or until somebody thinks better of it; what is wrong then and once they take work again. */
async function drainThrough(history: History): Promise<readonly string[]> {
  if (history.random() < cancelledShare) {
    await cancelledDrain(history)
    return converge(history)
  }
  const faults = namedFaults('drain ends', await drainFaultsOf(history))
  return [...faults, ...(await converge(history))]
}

/** Lives a whole history: faults, then none, then nothing. What broke of what must hold always, in the end, and once settled. */
export async function live(history: History, steps: number): Promise<readonly string[]> {
  const { simulation } = history
  await takeSteps(history, steps)
  history.heal()
  const faults = await converge(history)
  const drained = faults.length === 0 && history.random() < drainedShare ? await drainThrough(history) : []
  const atRest = faults.length === 0 ? await rest(history) : []
  for (const operator of [...simulation.operators.values()]) await operator.kill()
  return [...history.broken(), ...faults, ...drained, ...atRest]
}
