import type { MeetingRef } from '../../../sfu/api/identity.ts'
import type { Arrival } from '../fakes/fakeArrival.ts'
import { namespace, type Simulation } from '../world/simulation.ts'
import type { Check } from './check.ts'

/**
 * A meeting never has more people than its capacity, counted on the media nodes themselves each time that somebody comes by a grant of an
 * operator. Who came by a fallback grant is counted by no operator, so not here either.
 */
export class Capacity implements Check {
  readonly faults: string[] = []
  readonly #simulation: Simulation
  /** `meeting participant` of those who ever came so; when they come again, they have been there before. */
  readonly #byFallback = new Set<string>()

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  attached({ name, incarnation }: MeetingRef, { participant, fallback = false }: Arrival, node: string): void {
    if (fallback) {
      this.#byFallback.add(`${name} ${participant}`)
      return
    }
    const places = this.#simulation.meetingObject(name)?.spec.capacity?.maxParticipants
    const people = new Set(
      this.#reports(incarnation).flatMap((report) => report.participants.flatMap((each) => this.#counted(name, each))),
    )
    if (places === undefined || people.size <= places) return
    this.faults.push(`${namespace}/${name} has ${people.size} people for ${places} places since ${participant} came to ${node}`)
  }

  #counted(meeting: string, { participant, hidden }: { participant: string; hidden: boolean }): readonly string[] {
    return hidden || this.#byFallback.has(`${meeting} ${participant}`) ? [] : [participant]
  }

  /** What is left of an earlier meeting of the name is another meeting. */
  #reports(incarnation: string) {
    const { nodes, down } = this.#simulation
    const alive = [...nodes.values()].filter((node) => !down.has(node.name))
    return alive.flatMap((node) => node.segments()).filter(({ meeting }) => meeting.incarnation === incarnation)
  }
}
