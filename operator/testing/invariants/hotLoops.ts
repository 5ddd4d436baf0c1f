import type { Simulation } from '../world/simulation.ts'
import type { Check } from './check.ts'

/** More than all operators ask for at one moment when a term begins. */
const callsAtOnce = 3_000

/** Nothing is tried again and again without a pause: at one moment an operator makes so many calls at most. */
export class HotLoops implements Check {
  readonly faults: string[] = []
  readonly #simulation: Simulation
  #atMs = -1
  #calls = 0

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  /** Counts a call; true where its operator has to be stopped, since time would stand still for ever. */
  isOne(call: { readonly verb: string; readonly about: string }, operator: string): boolean {
    const nowMs = this.#simulation.clock.monotonicMs()
    this.#calls = nowMs === this.#atMs ? this.#calls + 1 : 1
    this.#atMs = nowMs
    if (this.#calls <= callsAtOnce) return false
    this.faults.push(`${operator} asks without a pause at ${nowMs}, at last to ${call.verb} ${call.about}`)
    return true
  }
}
