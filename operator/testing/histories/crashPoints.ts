import { actions } from './actions.ts'
import type { CallFault } from '../faults/callFault.ts'
import { History } from './history.ts'
import { eventualFaultsOf } from '../invariants/eventually.ts'
import type { Simulation } from '../world/simulation.ts'

/** The bound: from every crash point each object is as it should be after as many passes. */
export const passesAtMost = 3
/** What people do in a life that is cut short: all that the operator answers with orders, objects and statuses, and then is done with. */
const doings = ['join', 'crowd', 'joinElsewhere', 'leave', 'move', 'recast', 'remake', 'twins', 'loseMedia'] as const
const beginsMs = 3_000
const longestStepMs = 3_000
/** The Lease lapses, a term begins, and what was granted and never used has fallen. */
const convergesWithinMs = 60_000

/** How the process of the operator dies: at which call of its life, and whether that still takes effect. */
export interface CrashPoint {
  readonly at: number
  readonly how: Extract<CallFault, 'crashBefore' | 'crashAfter'>
}

/** What one life came to. */
export interface CutLife {
  /** Calls that the operator made until it died, or until the life was over. */
  readonly calls: number
  /** Passes that each object took from then on. */
  readonly passes: ReadonlyMap<string, number>
  readonly faults: readonly string[]
}

/**
 * How many passes from now on do something, by what they are about: what happens at one moment is of one pass. Somebody who gets a place in a
 * meeting or comes to it is news, and so are people who leave a node that drains, and the end of the time for which a segment is kept empty: what
 * is done then is counted anew, and the most counts.
 */
export function countPasses(simulation: Simulation): ReadonlyMap<string, number> {
  const most = new Map<string, number>()
  const passes = new Map<string, number>()
  const lastAtMs = new Map<string, number>()
  const left = new Map<string, string>()
  const count = (about: string): void => {
    const nowMs = simulation.clock.monotonicMs()
    if (lastAtMs.get(about) !== nowMs) passes.set(about, (passes.get(about) ?? 0) + 1)
    lastAtMs.set(about, nowMs)
    most.set(about, Math.max(most.get(about) ?? 0, passes.get(about) ?? 0))
  }
  const news = ({ name }: { readonly name: string }): void => {
    for (const about of [`orders for ${name}`, `status of Meeting ${name}`]) passes.delete(about)
  }
  simulation.listeners.push({
    taken({ meeting, node, verb }) {
      if (meeting !== undefined && verb === 'delete') news(meeting)
      count(meeting === undefined ? `orders for ${node}` : `orders for ${meeting.name}`)
    },
    sent: ({ kind, name, verb }) => (verb === 'patchStatus' ? count(`status of ${kind} ${name}`) : undefined),
    attached: news,
    heard(node, _operator, line) {
      if (line.type !== 'drain') return
      const people = `${line.drain.left} left, ${line.drain.moved} moved`
      if (left.get(node) !== people) passes.delete(`status of MediaNode ${node}`)
      left.set(node, people)
    },
    gavePlace: ({ meeting }) => news(meeting),
  })
  return most
}

/** Lives a seed's short life, in which nothing fails but that its operator dies at `crash`; then another one takes over. */
export async function liveUntil(
  seed: number,
  { steps, crash }: { steps: number; crash: CrashPoint | undefined },
): Promise<CutLife> {
  // With pipes that take their time, a pass may have to wait for each.
  const history = new History(seed, { pipesTakeSeconds: 0 })
  const { simulation } = history
  let calls = 0
  const fault = (): CallFault => (++calls === crash?.at ? crash.how : undefined)
  simulation.faults.apiCall = fault
  simulation.faults.agentCall = fault
  history.startOperator()
  await simulation.pass(beginsMs)
  for (let step = 0; step < steps && simulation.operators.size > 0; step++) {
    await actions[history.pick(doings)]?.(history)
    await simulation.pass(history.random() * longestStepMs)
  }
  const made = calls
  for (const operator of [...simulation.operators.values()]) await operator.kill()
  simulation.faults.apiCall = () => undefined
  simulation.faults.agentCall = () => undefined
  history.startOperator()
  const passes = countPasses(simulation)
  await simulation.pass(convergesWithinMs)
  await history.rejoin()
  const faults = [...history.broken(), ...eventualFaultsOf(history)]
  for (const operator of [...simulation.operators.values()]) await operator.kill()
  return { calls: made, passes, faults }
}

/** What is wrong with a life that was cut short; nothing, where all converged in time. */
export function cutFaultsOf({ passes, faults }: CutLife): readonly string[] {
  const slow = [...passes].filter(([, count]) => count > passesAtMost)
  return [...faults, ...slow.map(([about, count]) => `passes: ${count} for the ${about}`)]
}

/** The crash points of a seed's short life, each call of it before and after. */
export async function crashPointsOf(seed: number, steps: number): Promise<readonly CrashPoint[]> {
  const { calls } = await liveUntil(seed, { steps, crash: undefined })
  const ats = Array.from({ length: calls }, (_, index) => index + 1)
  return (['crashBefore', 'crashAfter'] as const).flatMap((how) => ats.map((at) => ({ at, how })))
}
