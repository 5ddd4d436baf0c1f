import type { PlacementAnswer } from '../../api/placement.ts'
import { Simulation } from '../world/simulation.ts'

/** Two regions, three nodes, the meeting `standup` and an operator that leads: where most scenarios begin. */
export async function anInstallation(options: { random?: () => number } = {}): Promise<Simulation> {
  const simulation = new Simulation(options)
  simulation.pool('eu')
  simulation.pool('us')
  simulation.node('eu-1', 'eu')
  simulation.node('us-1', 'us')
  simulation.node('eu-2', 'eu')
  simulation.meeting('standup')
  simulation.operator('one')
  await simulation.pass(5_000)
  return simulation
}

/** The placement, where there is one; else the test ends with the reason. */
export function placedIn(answer: PlacementAnswer): Extract<PlacementAnswer, { result: 'placed' }> {
  if (answer.result !== 'placed') throw new Error(`not placed: ${answer.code}: ${answer.reason}`)
  return answer
}

/** What each node hosts, as `node: meeting/incarnation (people)`. */
export function hosted(simulation: Simulation): readonly string[] {
  return [...simulation.nodes.values()]
    .flatMap((node) => node.segments().map((report) => ({ node: node.name, report })))
    .map(
      ({ node, report }) =>
        `${node}: ${report.meeting.name} (${report.participants.map(({ participant }) => participant).join(' ')})`,
    )
    .toSorted()
}
