import type { SentWrite } from '../world/simulatedOperator.ts'
import type { Simulation } from '../world/simulation.ts'
import { kinds } from '../../kube/kinds.ts'
import type { KindRef } from '../../kube/objects.ts'
import type { Check } from './check.ts'

/** The kinds whose status the operator writes. */
const told: readonly KindRef[] = [kinds.Meeting, kinds.MediaNode, kinds.MediaNodePool]

/** What others have written of an object while a status was on its way is not overwritten by it. */
export class Overwrites implements Check {
  readonly faults: string[] = []
  readonly #simulation: Simulation
  readonly #sent = new Map<SentWrite, { before: string | undefined; atEffect?: string | undefined }>()

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  sent(write: SentWrite): void {
    if (write.verb === 'patchStatus') this.#sent.set(write, { before: this.#version(write) })
  }

  writing(write: SentWrite): void {
    const known = this.#sent.get(write)
    if (known !== undefined) known.atEffect = this.#version(write)
  }

  written(write: SentWrite): void {
    const known = this.#sent.get(write)
    this.#sent.delete(write)
    if (known === undefined || known.before === known.atEffect) return
    const { operator, kind, name, atMs } = write
    this.faults.push(`${operator} overwrites what others wrote of ${kind} ${name} since it sent its status at ${atMs}`)
  }

  #version({ kind, name }: SentWrite): string | undefined {
    const ref = told.find((each) => each.kind === kind)
    return ref && this.#simulation.cluster.object(ref, name)?.metadata.resourceVersion
  }
}
