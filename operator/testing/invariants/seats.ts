import type { SimulatedOperator } from '../world/simulatedOperator.ts'
import { namespace, type Simulation } from '../world/simulation.ts'
import type { Check } from './check.ts'

/** An operator gives away no seat that a meeting does not have, even where its media nodes would refuse who comes with the grant. */
export class Seats implements Check {
  readonly faults: string[] = []
  readonly #simulation: Simulation

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  takenIn(meeting: string, { world }: SimulatedOperator): number {
    return world.ledger.meetings.get(`${namespace}/${meeting}`)?.people.seats ?? 0
  }

  /** The operator has placed somebody; `before` seats were taken. More than there are may be taken already, by fallback. */
  given(meeting: string, operator: SimulatedOperator, before: number): void {
    const places = this.#simulation.meetingObject(meeting)?.spec.capacity?.maxParticipants ?? Infinity
    const seats = this.takenIn(meeting, operator)
    if (seats > Math.max(places, before)) this.faults.push(`${operator.name} gives away seat ${seats} of ${places} in ${meeting}`)
  }
}
