import type { MeetingRef } from '../../../sfu/api/identity.ts'
import type { TakenOrder } from '../fakes/fakeAgents.ts'
import type { SimulatedEars } from '../world/simulatedEars.ts'
import type { SentWrite } from '../world/simulatedOperator.ts'
import type { Simulation } from '../world/simulation.ts'

/** Kinds whose phase is told. */
const phased = new Set(['Meeting', 'MediaNode'])

/** What happens in a simulation, in lines that people read and that are the same in each run: no identifier is in them. */
export class HistoryLog implements Partial<SimulatedEars> {
  readonly #simulation: Simulation
  readonly #tell: (line: string) => void
  /** Incarnations of each meeting in the order in which they are met. */
  readonly #incarnations = new Map<string, string[]>()

  constructor(simulation: Simulation, tell: (line: string) => void) {
    this.#simulation = simulation
    this.#tell = tell
  }

  taken(order: TakenOrder, operator: string): void {
    const { node, verb, epoch, generation, meeting } = order
    const fence = meeting === undefined ? `term ${epoch}` : `${epoch}/${generation}`
    const about = meeting === undefined ? '' : ` ${this.#name(meeting)}${verb === 'put' ? ` ${this.#planOf(node, meeting)}` : ''}`
    this.#tell(`${operator} ${verb} ${node} ${fence}${about}`)
  }

  attached(meeting: MeetingRef, { participant, fallback }: { participant: string; fallback?: boolean }, node: string): void {
    this.#tell(`${participant} is in ${this.#name(meeting)} on ${node}${fallback === true ? ' by fallback' : ''}`)
  }

  written({ operator, verb, kind, name, body }: SentWrite): void {
    const { phase } = (body ?? {}) as { phase?: unknown }
    if (verb === 'patchStatus' && phased.has(kind) && typeof phase === 'string')
      this.#tell(`${operator} says ${kind} ${name} is ${phase}`)
    else if (verb !== 'patchStatus' && kind === 'Meeting') this.#tell(`${operator} ${verb} ${kind} ${name}`)
  }

  #planOf(node: string, meeting: MeetingRef): string {
    const order = this.#simulation.nodes.get(node)?.orderOf(meeting)
    const peers = order?.peers.map((peer) => `${peer.node} ${peer.role}${peer.leaving === true ? ' leaving' : ''}`) ?? []
    return `${order?.role ?? 'nothing'} [${peers.join(', ')}]`
  }

  #name({ name, incarnation }: MeetingRef): string {
    const known = this.#incarnations.get(name) ?? []
    if (!known.includes(incarnation)) known.push(incarnation)
    this.#incarnations.set(name, known)
    return `${name}#${known.indexOf(incarnation) + 1}`
  }
}
