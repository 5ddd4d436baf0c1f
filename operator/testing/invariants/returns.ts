import { nodeStateOf } from '../../ledger/nodeState.ts'
import type { SimulatedOperator } from '../simulatedOperator.ts'
import type { GivenPlace } from '../simulatedEars.ts'
import type { Simulation } from '../simulation.ts'
import type { Check } from './check.ts'

/** Less than the minute for which a node that failed somebody is kept from them (`avoidForMs`). */
const keptFromMs = 59_000
/** It goes on for as long after each further failure: what failed before is certainly known no longer after this. */
const forgottenAfterMs = 240_000

interface Failure {
  readonly node: string
  readonly atMs: number
  /** Who was told; another operator knows nothing of it. */
  readonly operator: string
  /** Of the meeting; one that is made again knows nothing of it either. */
  readonly incarnation: string
}

const readyOf = ({ world, clock }: SimulatedOperator): readonly string[] =>
  [...world.ledger.nodes.all()].filter((node) => nodeStateOf(node, clock.monotonicMs()).state === 'ready').map(({ name }) => name)

/** Who was failed by a node is not placed on it again at once, while there are others that did not fail them; who is moved goes where they were meant to. */
export class Returns implements Check {
  readonly faults: string[] = []
  readonly #simulation: Simulation
  /** By meeting and who was failed, the latest last. */
  readonly #failures = new Map<string, readonly Failure[]>()

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  /** Who is turned away asks again with the same words, so that nothing has to be kept of it. */
  gavePlace(place: GivenPlace): void {
    const { operator, meeting, participant, failed } = place
    const nowMs = this.#simulation.clock.monotonicMs()
    const key = `${meeting.name} ${participant}`
    const known = (this.#failures.get(key) ?? []).filter(({ atMs }) => nowMs - atMs < forgottenAfterMs)
    const ready = readyOf(operator)
    const others = ready.filter((name) => !failed.includes(name) && known.every(({ node }) => node !== name))
    if (others.length > 0 && !place.isMeant) this.#judge(place, known)
    const { incarnation } = meeting
    const more = failed
      .filter((node) => ready.includes(node))
      .map((node): Failure => ({ node, atMs: nowMs, operator: operator.name, incarnation }))
    this.#failures.set(key, [...known, ...more])
  }

  #judge({ operator, meeting, participant, node }: GivenPlace, known: readonly Failure[]): void {
    const nowMs = this.#simulation.clock.monotonicMs()
    const last = known.findLast(
      (failure) => failure.node === node && failure.operator === operator.name && failure.incarnation === meeting.incarnation,
    )
    if (last === undefined || nowMs - last.atMs > keptFromMs) return
    const who = `${participant} of ${meeting.name}`
    this.faults.push(`${operator.name} places ${who} on ${node} at ${nowMs}, which failed them at ${last.atMs}`)
  }
}
