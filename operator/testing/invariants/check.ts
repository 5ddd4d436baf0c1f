import type { SimulatedEars } from '../world/simulatedEars.ts'

/** Something that must hold at every moment, whatever fails. What broke it, in words with the moment and the names, is kept. */
export interface Check extends Partial<SimulatedEars> {
  readonly faults: readonly string[]
}
