import { meetingKey } from '../../../sfu/api/identity.ts'
import type { TakenOrder } from '../fakes/fakeAgents.ts'
import type { Check } from './check.ts'

/**
 * One owner, fenced: on a media node orders of two epochs never interleave, neither those of one segment nor those of the node as a whole;
 * and where a Lease that was deleted or restored gives two operators one epoch, a node follows one of them only.
 */
export class Owners implements Check {
  readonly faults: string[] = []
  readonly #latest = new Map<string, Pick<TakenOrder, 'epoch' | 'generation'>>()
  /** Whose orders of an epoch a node follows. */
  readonly #operators = new Map<string, string>()

  taken(order: TakenOrder, operator: string): void {
    const { node, boot, meeting, verb, epoch, generation } = order
    this.#mustRise(`${node} ${boot}`, { epoch, generation: 0 }, operator)
    this.#mustBeOnly(`${node} ${boot} in epoch ${epoch}`, operator)
    if (meeting === undefined) return
    const segment = `${node} ${boot} ${meetingKey(meeting)}`
    const before = this.#latest.get(segment)
    // Under the fence that it follows a node takes the same order only: who says it again has changed nothing.
    if (verb === 'put' && before?.epoch === epoch && before.generation === generation) return
    this.#mustRise(segment, { epoch, generation }, operator)
    if (verb === 'delete') this.#latest.delete(segment)
  }

  #mustBeOnly(what: string, operator: string): void {
    const first = this.#operators.get(what) ?? operator
    this.#operators.set(what, first)
    if (first !== operator) this.faults.push(`${what} took orders of ${first}, then of ${operator}`)
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
