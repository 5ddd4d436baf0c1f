import { kinds, type Lease } from '../../kube/kinds.ts'
import { recordOf, type LeaseRecord } from '../../kube/lead/leaseRecord.ts'
import type { SentWrite } from '../world/simulatedOperator.ts'
import type { Simulation } from '../world/simulation.ts'
import type { Check } from './check.ts'

/** A Lease that was written within this time is not taken from its holder: less than what the operator is given (15 s). */
const safeMs = 14_000

/**
 * Nobody takes the Lease from a holder that has renewed it lately (where it was deleted or restored, it is nobody's), and who takes it begins
 * a later term.
 */
export class Depositions implements Check {
  readonly faults: string[] = []
  readonly #simulation: Simulation
  #writtenAtMs = -Infinity
  #before: LeaseRecord | undefined

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  writing({ kind, name }: SentWrite): void {
    const lease = kind === 'Lease' ? this.#simulation.cluster.object<Lease>(kinds.Lease, name) : undefined
    if (lease !== undefined) this.#before = recordOf(lease)
  }

  written({ operator, kind, verb, body }: SentWrite): void {
    if (kind !== 'Lease') return
    const nowMs = this.#simulation.clock.monotonicMs()
    const said = recordOf(body as Lease)
    if (verb === 'mergePatch' && this.#before !== undefined && said.holder !== '') this.#taken(operator, said, this.#before)
    this.#writtenAtMs = nowMs
  }

  #taken(operator: string, said: LeaseRecord, before: LeaseRecord): void {
    const nowMs = this.#simulation.clock.monotonicMs()
    if (said.holder === before.holder) return
    const who = `${operator} takes the Lease at ${nowMs}`
    if (said.epoch <= before.epoch) this.faults.push(`${who} for term ${said.epoch} after term ${before.epoch}`)
    if (before.holder !== '' && nowMs - this.#writtenAtMs < safeMs)
      this.faults.push(`${who} from ${before.holder}, who wrote it at ${this.#writtenAtMs}`)
  }
}
