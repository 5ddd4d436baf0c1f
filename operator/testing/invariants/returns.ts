import type { GivenPlace } from '../world/simulatedEars.ts'
import type { Simulation } from '../world/simulation.ts'
import type { Check } from './check.ts'

/** Less than the minute for which a node that failed somebody is kept from them (`avoidForMs`). */
const keptFromMs = 59_000
/** More than it: of nodes that all failed them before that, none is kept from them any more. */
const forgottenAfterMs = 61_000

interface Failure {
  readonly node: string
  readonly atMs: number
  /** Of the meeting; one that is made again knows nothing of it. */
  readonly incarnation: string
}

/** Who was failed by a node is not placed on it again at once, while there are others: by the rule that `ledger/people/avoided.ts` tells. */
export class Returns implements Check {
  readonly faults: string[] = []
  readonly #simulation: Simulation
  /** By the operator that was told, meeting and who was failed, the latest last. Each further failure has those before kept for as long. */
  readonly #failures = new Map<string, readonly Failure[]>()

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  gavePlace(place: GivenPlace): void {
    const { operator, meeting, participant, failed, takers, isMeant } = place
    const nowMs = this.#simulation.clock.monotonicMs()
    const key = `${operator.name} ${meeting.name} ${participant}`
    const before = this.#failures.get(key) ?? []
    const known = nowMs - (before.at(-1)?.atMs ?? -Infinity) < forgottenAfterMs ? before : []
    const others = takers.filter((name) => !failed.includes(name) && known.every(({ node }) => node !== name))
    if (others.length > 0 && !isMeant) this.#judge(place, known)
    const { incarnation } = meeting
    const more = failed.map((node): Failure => ({ node, atMs: nowMs, incarnation }))
    this.#failures.set(key, [...known, ...more])
  }

  #judge({ operator, meeting, participant, node }: GivenPlace, known: readonly Failure[]): void {
    const nowMs = this.#simulation.clock.monotonicMs()
    const ofMeeting = known.filter(({ incarnation }) => incarnation === meeting.incarnation)
    const failure = ofMeeting.findLast((each) => each.node === node)
    const last = ofMeeting.at(-1)
    if (failure === undefined || last === undefined || nowMs - last.atMs > keptFromMs) return
    const who = `${participant} of ${meeting.name}`
    this.faults.push(`${operator.name} places ${who} on ${node} at ${nowMs}, which failed them at ${failure.atMs}`)
  }
}
