import type { MediaNode } from '../../../crds/index.ts'
import { isDraining } from '../../../sfu/api/drain.ts'
import type { TakenOrder } from '../fakes/fakeAgents.ts'
import type { SentWrite } from '../world/simulatedOperator.ts'
import type { Simulation } from '../world/simulation.ts'
import type { Check } from './check.ts'

const lookEveryMs = 1_000
/** An operator that was paused, was told nothing new by the API server and whose order comes late goes by what was asked this long ago at most. */
const staleMs = 100_000

/** The deadlines that a node's object asks for. */
function askedBy({ spec, status }: Pick<MediaNode, 'spec' | 'status'>): readonly number[] {
  const requestedAtMs = Date.parse(status?.drain?.requestedAt ?? '')
  const own = spec.drain === undefined || Number.isNaN(requestedAtMs) ? [] : [requestedAtMs + spec.drain.deadlineSeconds * 1_000]
  return [...own, ...(status?.disruptions ?? []).map(({ deadline }) => Date.parse(deadline))]
}

/** A media node is drained only where somebody asks for that, by no later time than was asked for; and then nobody is left on it. */
export class Deadlines implements Check {
  readonly faults: string[] = []
  readonly #simulation: Simulation
  /** What was asked for lately, by node, and when that was so last. */
  readonly #asked = new Map<string, Map<number, number>>()

  constructor(simulation: Simulation) {
    this.#simulation = simulation
    simulation.clock.every(lookEveryMs, () => this.#look())
  }

  taken({ node, drain }: TakenOrder, operator: string): void {
    if (drain?.draining !== true) return
    const latestMs = Math.max(...this.#note(node))
    const when = `at ${this.#simulation.clock.monotonicMs()}`
    if (latestMs === -Infinity) this.faults.push(`${operator} has ${node} drain ${when}, which nobody asks for`)
    else if (drain.deadlineAtMs > latestMs)
      this.faults.push(`${operator} has ${node} drain ${when} for ${drain.deadlineAtMs - latestMs} ms longer than was asked for`)
  }

  /** What stood for a moment only is seen as well. */
  written({ kind, name }: SentWrite): void {
    if (kind === 'MediaNode') this.#note(name)
  }

  #look(): void {
    const { clock, nodes, down } = this.#simulation
    for (const [name, node] of nodes) {
      this.#note(name)
      const { ordered, stopsAtMs, left } = node.drainReport()
      const overMs = clock.nowMs() - Math.min(ordered?.deadlineAtMs ?? Infinity, stopsAtMs ?? Infinity)
      if (!down.has(name) && isDraining({ ordered, stopsAtMs }) && left > 0 && overMs > lookEveryMs)
        this.faults.push(`${left} people are on ${name} at ${clock.monotonicMs()}, ${overMs} ms after its deadline`)
    }
  }

  /** Notes what is asked for now; all that was lately. */
  #note(name: string): readonly number[] {
    const { clock, nodes } = this.#simulation
    const nowMs = clock.monotonicMs()
    const asked = this.#asked.get(name) ?? new Map<number, number>()
    this.#asked.set(name, asked)
    const object = this.#simulation.nodeObject(name)
    const stopsAtMs = nodes.get(name)?.drainReport().stopsAtMs
    const now = [...(object === undefined ? [] : askedBy(object)), ...(stopsAtMs === undefined ? [] : [stopsAtMs])]
    for (const atMs of now) asked.set(atMs, nowMs)
    for (const [atMs, lastMs] of asked) if (nowMs - lastMs > staleMs) asked.delete(atMs)
    return [...asked.keys()]
  }
}
