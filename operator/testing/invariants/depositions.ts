import { kinds, type Lease } from '../../kube/kinds.ts'
import type { SentWrite } from '../simulatedOperator.ts'
import type { Simulation } from '../simulation.ts'
import type { Check } from './check.ts'

/** A Lease that was written within this time is not taken from its holder: less than what the operator is given (15 s). */
const safeMs = 14_000

/** Nobody takes the Lease from a holder that has renewed it lately; where it was deleted or restored, it is nobody's. */
export class Depositions implements Check {
  readonly faults: string[] = []
  readonly #simulation: Simulation
  #writtenAtMs = -Infinity
  #holder: string | undefined

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  writing({ kind, name }: SentWrite): void {
    if (kind === 'Lease')
      this.#holder = this.#simulation.cluster.object<Lease>(kinds.Lease, name)?.spec?.holderIdentity ?? undefined
  }

  written({ operator, kind, verb, body }: SentWrite): void {
    if (kind !== 'Lease') return
    const nowMs = this.#simulation.clock.monotonicMs()
    const { holderIdentity } = (body as Pick<Lease, 'spec'>).spec ?? {}
    const before = this.#holder ?? ''
    const taken = verb === 'mergePatch' && typeof holderIdentity === 'string' && holderIdentity !== before && before !== ''
    if (taken && nowMs - this.#writtenAtMs < safeMs)
      this.faults.push(`${operator} takes the Lease of ${before} at ${nowMs}, which was written at ${this.#writtenAtMs}`)
    this.#writtenAtMs = nowMs
  }
}
