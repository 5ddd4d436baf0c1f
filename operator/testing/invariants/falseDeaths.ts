import type { LoadLine } from '../../../sfu/api/load.ts'
import type { SentWrite } from '../world/simulatedOperator.ts'
import type { Simulation } from '../world/simulation.ts'
import type { Check } from './check.ts'

/** A load stream is fresh for this long after its last line (`loadStaleAfterMs`). */
const freshMs = 3_000
/** Longer than a second sign counts, and than a status waits for its turn. */
const signCountsMs = 60_000
const lookEveryMs = 500
/** By then what an operator has heard stands in what it says. */
const saidWithinMs = 100

/** Of one node, by one operator. */
interface Heard {
  /** When it was sent: who stood still reads what came meanwhile, which is no sign of life any more. */
  readonly atMs: number
  /** Since when without a break. */
  readonly sinceMs: number
  readonly boot: string | undefined
}

/**
 * A media node that lives is not called lost by an operator that hears it; nor by one that merely does not, while nothing speaks of its
 * death: its process is the same, the other nodes reach it, and nobody says that their media is gone.
 */
export class FalseDeaths implements Check {
  readonly faults: string[] = []
  readonly #simulation: Simulation
  readonly #heard = new Map<string, Heard>()
  /** When something last spoke of the death of a node. */
  readonly #signs = new Map<string, number>()

  constructor(simulation: Simulation) {
    this.#simulation = simulation
    simulation.clock.every(lookEveryMs, () => {
      for (const name of simulation.down) this.#note(name)
      for (const pair of simulation.cutPeers) for (const name of pair.split(' ')) this.#note(name)
    })
  }

  /** Loads alone say when they were sent; they come each second. */
  heard(node: string, operator: string, line: LoadLine): void {
    if (line.type !== 'load') return
    const { clock, nodes } = this.#simulation
    const boot = nodes.get(node)?.boot
    const atMs = clock.monotonicMs() - (clock.nowMs() - line.load.atMs)
    const before = this.#heard.get(`${operator} ${node}`)
    const sinceMs = before !== undefined && atMs - before.atMs <= freshMs ? before.sinceMs : atMs
    this.#heard.set(`${operator} ${node}`, { atMs, sinceMs, boot })
  }

  asked({ unwanted }: { readonly unwanted: readonly string[] }): void {
    for (const name of unwanted) this.#note(name)
  }

  sent({ operator, atMs, verb, kind, name, body }: SentWrite): void {
    if (kind !== 'MediaNode' || verb !== 'patchStatus' || (body as { phase?: string }).phase !== 'Lost') return
    const heard = this.#heard.get(`${operator} ${name}`)
    if (heard === undefined || this.#simulation.down.has(name)) return
    // At the moment at which it is heard again, what was to be said before may be on its way.
    if (atMs - heard.atMs <= freshMs && atMs - heard.sinceMs < saidWithinMs) return
    if (atMs - heard.atMs <= freshMs)
      this.faults.push(`${operator} calls ${name} lost at ${atMs}, which it heard at ${heard.atMs}`)
    else if (this.#isWell(name, heard.boot))
      this.faults.push(`${operator} calls ${name} lost at ${atMs}, of which it only knows that it is silent`)
  }

  #note(node: string): void {
    this.#signs.set(node, this.#simulation.clock.monotonicMs())
  }

  #isWell(node: string, boot: string | undefined): boolean {
    const signAtMs = this.#signs.get(node) ?? -Infinity
    const isSame = this.#simulation.nodes.get(node)?.boot === boot
    return isSame && this.#simulation.clock.monotonicMs() - signAtMs > signCountsMs
  }
}
