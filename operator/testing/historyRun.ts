import { actions, weighted } from './actions.ts'
import type { History } from './history.ts'
import { eventualFaultsOf } from './invariants/eventually.ts'
import { isHeld } from './invariants/meetings.ts'
import { stillness } from './invariants/stillness.ts'

const longestStepMs = 4_000
const firstOperatorMs = 3_000
/** A reconcile or a write that failed for minutes is tried again within one, an agent that was not believed within 20 s. */
const convergesWithinMs = 120_000
const lookEveryMs = 5_000
/** Counts are written at most once a minute an object; meetings that everybody left end after 300 s. */
const settles = { counts: 65_000, emptyMeetings: 390_000 } as const
const stillForMs = 30_000

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
    history.look()
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

/** Lives a whole history: faults, then none, then nothing. What broke of what must hold always, in the end, and once settled. */
export async function live(history: History, steps: number): Promise<readonly string[]> {
  const { simulation } = history
  await takeSteps(history, steps)
  history.heal()
  const faults = await converge(history)
  // In most histories somebody is in each meeting, so that none of them ends in the minutes in which nothing may be written.
  const empties = history.random() < 0.1
  if (!empties) await history.fill()
  await simulation.pass(empties ? settles.emptyMeetings : settles.counts)
  // A node that is kept out for minutes is let in again in the middle of them.
  const held = [...simulation.nodes.keys()].filter((node) => isHeld(simulation, node))
  const settled = stillness(simulation, held)
  await simulation.pass(stillForMs)
  const now = stillness(simulation, held)
  const late = faults.length === 0 ? eventualFaultsOf(history).map((fault) => `once settled: ${fault}`) : []
  const moved = now.filter((line) => !settled.includes(line)).map((line) => `after all had settled: ${line}`)
  for (const operator of [...simulation.operators.values()]) await operator.kill()
  return [...history.broken(), ...faults, ...late, ...moved]
}
