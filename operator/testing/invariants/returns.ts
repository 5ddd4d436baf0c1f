import { nodeStateOf } from '../../ledger/nodeState.ts'
import type { SimulatedOperator } from '../simulatedOperator.ts'
import type { Check } from './check.ts'

/** Less than the minute for which a node that failed somebody is kept from them (`avoidForMs`). */
const keptFromMs = 59_000

interface Failure {
  readonly node: string
  readonly atMs: number
  /** Who was told; another operator knows nothing of it. */
  readonly operator: string
  /** Of the meeting; one that is made again knows nothing of it either. */
  readonly incarnation: string | undefined
}

const readyOf = ({ world, clock }: SimulatedOperator): readonly string[] =>
  [...world.ledger.nodes.all()].filter((node) => nodeStateOf(node, clock.monotonicMs()).state === 'ready').map(({ name }) => name)

/** Who was failed by a node is not placed on it again at once, while there are others. */
export class Returns implements Check {
  readonly faults: string[] = []
  readonly #failures = new Map<string, Failure>()

  /** A participant asks an operator for a place in a meeting, without the nodes that failed them. */
  asked(
    key: string,
    of: {
      readonly operator: SimulatedOperator
      readonly failed: readonly string[]
      readonly incarnation: string | undefined
      readonly atMs: number
    },
  ): void {
    const { operator, incarnation, atMs } = of
    const [node] = of.failed.filter((name) => readyOf(operator).includes(name))
    if (node !== undefined) this.#failures.set(key, { node, atMs, operator: operator.name, incarnation })
  }

  placed(
    key: string,
    of: { readonly operator: SimulatedOperator; readonly node: string; readonly incarnation: string; readonly atMs: number },
  ): void {
    const { operator, node, incarnation, atMs } = of
    const failure = this.#failures.get(key)
    const isKnown = failure?.operator === operator.name && failure.incarnation === incarnation
    if (failure?.node !== node || !isKnown || atMs - failure.atMs > keptFromMs) return
    const others = readyOf(operator).filter((name) => name !== node)
    if (others.length > 1)
      this.faults.push(`${operator.name} places ${key} on ${node} at ${atMs}, which failed them at ${failure.atMs}`)
  }
}
