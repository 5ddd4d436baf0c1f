import type { LoadLine } from '../../../sfu/api/load.ts'
import type { GivenPlace } from '../world/simulatedEars.ts'
import type { Simulation } from '../world/simulation.ts'
import type { Check } from './check.ts'

/** Less than the time for which a node is held that came back anew (`freshBootHoldMs`). */
const heldMs = 2_900

interface Heard {
  readonly boot: string
  /** It said that it would end: that another process comes after it is no failure. */
  readonly isStopping: boolean
  /** When it followed a process that had failed. */
  readonly returnedAtMs: number
}

/** A media node that failed and is back as another process gets nobody for a moment, of an operator that knew the one before. */
export class Newcomers implements Check {
  readonly faults: string[] = []
  readonly #simulation: Simulation
  readonly #heard = new Map<string, Heard>()

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  heard(node: string, operator: string, line: LoadLine): void {
    const key = `${operator} ${node}`
    const before = this.#heard.get(key)
    if (line.type === 'hello') {
      const { boot, drain } = line
      const isAnother = before !== undefined && before.boot !== boot
      const returnedAtMs = isAnother ? this.#afterEnd(before) : (before?.returnedAtMs ?? -Infinity)
      this.#heard.set(key, { boot, isStopping: drain?.stopsAtMs !== undefined, returnedAtMs })
    } else if (line.type === 'drain' && before !== undefined)
      this.#heard.set(key, { ...before, isStopping: line.drain.stopsAtMs !== undefined })
  }

  gavePlace({ operator, node, meeting, participant }: GivenPlace): void {
    const { returnedAtMs = -Infinity } = this.#heard.get(`${operator.name} ${node}`) ?? {}
    const nowMs = this.#simulation.clock.monotonicMs()
    if (nowMs - returnedAtMs >= heldMs) return
    const who = `${participant} of ${meeting.name}`
    this.faults.push(`${operator.name} places ${who} on ${node} at ${nowMs}, which came back at ${returnedAtMs}`)
  }

  #afterEnd({ isStopping }: Heard): number {
    return isStopping ? -Infinity : this.#simulation.clock.monotonicMs()
  }
}
