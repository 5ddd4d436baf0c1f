import { meetingKey } from '../../../sfu/api/identity.ts'
import type { TakenOrder } from '../fakeAgents.ts'
import type { Check } from './check.ts'

/**
 * One owner, fenced: on a media node orders of two epochs never interleave, neither those of one segment nor those of the node as a whole;
 * and where a Lease that was deleted or restored gives two operators one epoch, orders of the one never follow those of the other twice.
 */
export class Owners implements Check {
  readonly faults: string[] = []
  readonly #latest = new Map<string, Pick<TakenOrder, 'epoch' | 'generation'>>()
  /** Who gave orders of an epoch to a segment, the latest last. */
  readonly #operators = new Map<string, string[]>()

  taken(order: TakenOrder, operator: string): void {
    const { node, boot, meeting, verb, epoch, generation } = order
    this.#mustRise(`${node} ${boot}`, { epoch, generation: 0 }, operator)
    if (meeting === undefined) return
    const segment = `${node} ${boot} ${meetingKey(meeting)}`
    const before = this.#latest.get(segment)
    // Under the fence that it follows a node takes the same order only: who says it again has changed nothing.
    if (verb === 'put' && before?.epoch === epoch && before.generation === generation) return
    this.#mustRise(segment, { epoch, generation }, operator)
    this.#mustNotComeBack(`${segment} in epoch ${epoch}`, operator)
    if (verb === 'delete') this.#latest.delete(segment)
  }

  #mustNotComeBack(what: string, operator: string): void {
    const operators = this.#operators.get(what) ?? []
    this.#operators.set(what, operators)
    if (operators.at(-1) === operator) return
    if (operators.includes(operator)) this.faults.push(`${what}: ${[...operators, operator].join(', then ')}`)
    operators.push(operator)
  }

  #mustRise(what: string, fence: Pick<TakenOrder, 'epoch' | 'generation'>, operator: string): void {
    const before = this.#latest.get(what)
    if (before !== undefined && (fence.epoch - before.epoch || fence.generation - before.generation) < 0)
      this.faults.push(
        `${what} took ${fence.epoch}/${fence.generation} of ${operator} after ${before.epoch}/${before.generation}`,
      )
    this.#latest.set(what, fence)
  }
}
