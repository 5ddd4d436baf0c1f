import type { DrainOrder } from '../../../sfu/api/drain.ts'
import type { SegmentReport } from '../../../sfu/api/order.ts'
import type { TakenOrder } from '../fakes/fakeAgents.ts'
import type { SentWrite } from '../world/simulatedOperator.ts'
import type { Simulation } from '../world/simulation.ts'
import type { Check } from './check.ts'

/** An order that comes late was made this long ago at most. */
const lateMs = 21_000
/** A load stream is fresh for this long after its last line (`loadStaleAfterMs`). */
const freshMs = 3_000

/** A drain as a node was told to follow it. */
type Told = Extract<DrainOrder, { draining: true }>

/**
 * A drain keeps whom nobody may move until its deadline, and a node of which an operator that hears it says that it is drained has nobody on it.
 */
export class Drains implements Check {
  readonly faults: string[] = []
  readonly #simulation: Simulation
  /** Since when an operator knows that nobody of a meeting may be moved, by both. */
  readonly #never = new Map<string, number>()
  readonly #heard = new Map<string, number>()
  /** Who is on a node, and since when, by the node and the attachment. */
  readonly #came = new Map<string, number>()

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  heard(node: string, operator: string): void {
    this.#heard.set(`${operator} ${node}`, this.#simulation.clock.monotonicMs())
    this.#look(operator)
  }

  attached(_: unknown, { attachment }: { attachment: string }): void {
    this.#came.set(attachment, this.#simulation.clock.monotonicMs())
  }

  taken({ node, verb, drain }: TakenOrder, operator: string): void {
    this.#look(operator) // It may have learned a moment ago that they may be moved.
    if (verb === 'drain' && drain?.draining === true) this.#mustKeep(node, drain, operator)
  }

  sent({ operator, atMs, verb, kind, name, body }: SentWrite): void {
    if (kind !== 'MediaNode' || verb !== 'patchStatus' || (body as { phase?: string }).phase !== 'Drained') return
    const isFresh = atMs - (this.#heard.get(`${operator} ${name}`) ?? -Infinity) < freshMs
    const here = this.#segmentsOf(name).flatMap(({ participants }) => participants.filter((each) => this.#isOld(each, atMs)))
    if (isFresh && here.length > 0)
      this.faults.push(`${operator} calls ${name} drained at ${atMs}, with ${here.length} people on it`)
  }

  /** People who may not be moved stay until the deadline. */
  #mustKeep(node: string, { stay, deadlineAtMs }: Told, operator: string): void {
    const nowMs = this.#simulation.clock.monotonicMs()
    if (deadlineAtMs <= this.#simulation.clock.nowMs()) return
    for (const { meeting, participants } of this.#segmentsOf(node)) {
      const sinceMs = this.#never.get(`${operator} ${meeting.name}`) ?? Infinity
      const isKnown = participants.some((each) => this.#isOld(each, nowMs)) && nowMs - sinceMs > lateMs
      if (isKnown && !stay.includes(`${meeting.namespace}/${meeting.name}`))
        this.faults.push(`${operator} has ${node} tell people of ${meeting.name} to go at ${nowMs}, whom nobody may move`)
    }
  }

  #look(operator: string): void {
    const nowMs = this.#simulation.clock.monotonicMs()
    for (const { name, object } of this.#simulation.operators.get(operator)?.world.ledger.meetings.all() ?? []) {
      const key = `${operator} ${name}`
      if (object?.spec.disruption !== 'never') this.#never.delete(key)
      else if (!this.#never.has(key)) this.#never.set(key, nowMs)
    }
  }

  #isOld({ attachment }: SegmentReport['participants'][number], nowMs: number): boolean {
    return nowMs - (this.#came.get(attachment) ?? -Infinity) > freshMs
  }

  #segmentsOf(node: string): readonly SegmentReport[] {
    return this.#simulation.down.has(node) ? [] : (this.#simulation.nodes.get(node)?.segments() ?? [])
  }
}
