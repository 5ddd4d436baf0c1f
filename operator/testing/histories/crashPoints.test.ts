import { expect, test } from 'vitest'

import { countPasses, passesAtMost } from './crashPoints.ts'
import type { CallFault } from '../faults/callFault.ts'
import { faultsOf } from '../invariants/meetings.ts'
import { Simulation } from '../world/simulation.ts'

/** The Lease lapses, and a term begins. */
const takesOverWithinMs = 30_000

/** Two people on two nodes, one of whom moves to a third node since theirs drains: orders, pipes, a close, statuses, Events, an object. */
async function lived(
  crashAt: number,
  how: CallFault,
): Promise<{ simulation: Simulation; calls: number; passes: ReadonlyMap<string, number> }> {
  const simulation = new Simulation()
  simulation.pool('eu')
  simulation.pool('us')
  for (const name of ['eu-1', 'eu-2']) simulation.node(name, 'eu')
  simulation.node('us-1', 'us')
  simulation.meeting('standup')
  let calls = 0
  const crash = (): CallFault => (++calls === crashAt ? how : undefined)
  simulation.faults.apiCall = crash
  simulation.faults.agentCall = crash
  simulation.operator('one')
  await simulation.pass(3_000)
  const join = async (who: string, region: string): Promise<void> =>
    simulation.leader() === undefined ? undefined : void (await simulation.join('standup', who, { region }))
  await join('ann', 'eu-west')
  await simulation.pass(500)
  await join('bob', 'us-east')
  await simulation.pass(2_000)
  simulation.drain('eu-1', { deadlineSeconds: 600 })
  await simulation.pass(5_000)
  const made = calls
  simulation.faults.apiCall = () => undefined
  simulation.faults.agentCall = () => undefined
  await simulation.operators.get('one')?.kill()
  const passes = countPasses(simulation)
  simulation.operator('two')
  await simulation.pass(takesOverWithinMs)
  simulation.drain('eu-1', undefined)
  await simulation.pass(takesOverWithinMs)
  return { simulation, calls: made, passes }
}

test.each<CallFault>(['crashBefore', 'crashAfter'])(
  '%s any call: all converges in three passes each',
  async (how) => {
    const { calls } = await lived(Infinity, how)
    expect(calls).toBeGreaterThan(40)
    for (let at = 1; at <= calls; at++) {
      const { simulation, passes } = await lived(at, how)
      const slow = [...passes].filter(([, count]) => count > passesAtMost)
      expect({ at, faults: faultsOf(simulation), slow }).toEqual({ at, faults: [], slow: [] })
    }
  },
  60_000,
)
