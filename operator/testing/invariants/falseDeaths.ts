import type { SentWrite } from '../simulatedOperator.ts'
import type { Simulation } from '../simulation.ts'
import type { Check } from './check.ts'

/** A load stream is fresh for this long after its last line (`loadStaleAfterMs`). */
const freshMs = 3_000

/** A media node that lives, and that an operator hears, is never called lost by that operator. */
export class FalseDeaths implements Check {
  readonly faults: string[] = []
  readonly #simulation: Simulation
  readonly #heard = new Map<string, number>()

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  heard(node: string, operator: string): void {
    this.#heard.set(`${operator} ${node}`, this.#simulation.clock.monotonicMs())
  }

  sent({ operator, atMs, verb, kind, name, body }: SentWrite): void {
    if (kind !== 'MediaNode' || verb !== 'patchStatus' || (body as { phase?: string }).phase !== 'Lost') return
    const heardAtMs = this.#heard.get(`${operator} ${name}`)
    if (heardAtMs === undefined || this.#simulation.down.has(name) || atMs - heardAtMs > freshMs) return
    this.faults.push(`${operator} calls ${name} lost at ${atMs}, which it heard at ${heardAtMs}`)
  }
}
