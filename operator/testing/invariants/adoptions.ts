import type { TakenOrder } from '../fakes/fakeAgents.ts'
import type { Check } from './check.ts'

/** Of two incarnations that were minted at once the smaller wins: what is adopted was called by a larger one. */
export class Adoptions implements Check {
  readonly faults: string[] = []

  taken({ node, meeting, adopts, epoch, generation }: TakenOrder, operator: string): void {
    if (meeting === undefined || adopts === undefined || adopts > meeting.incarnation) return
    const order = `${epoch}/${generation} of ${operator} at ${node}`
    this.faults.push(`${order} has ${meeting.name} go on as ${meeting.incarnation}, which is larger than ${adopts}`)
  }
}
