import { isDraining } from '../../../sfu/api/drain.ts'
import type { ToldPerson } from '../world/simulatedEars.ts'
import type { Simulation } from '../world/simulation.ts'
import type { Check } from './check.ts'

/** Nobody is told twice to go, since whoever was told looks for a place already; and a media node that does not drain, or not any more, tells nobody. */
export class Tellings implements Check {
  readonly faults: string[] = []
  readonly #simulation: Simulation
  /** When somebody was told, by attachment. */
  readonly #atMs = new Map<string, number>()

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  told({ node, meeting, person: { participant, attachment }, why }: ToldPerson): void {
    const nowMs = this.#simulation.clock.monotonicMs()
    const beforeMs = this.#atMs.get(attachment)
    this.#atMs.set(attachment, nowMs)
    const whom = `${node} tells ${participant} of ${meeting.name} to go at ${nowMs}`
    if (beforeMs !== undefined) this.faults.push(`${whom}, as it did at ${beforeMs}`)
    const report = this.#simulation.nodes.get(node)?.drainReport()
    if (why === 'drain' && !isDraining(report)) this.faults.push(`${whom}, and does not drain`)
  }
}
