import { meetingKey } from '../../../sfu/api/identity.ts'
import type { TakenOrder } from '../fakeAgents.ts'
import type { Check } from './check.ts'

/**
 * One owner, fenced: an epoch is of one operator only, and on a media node orders of two epochs never interleave, neither those of one
 * segment nor those of the node as a whole.
 */
export class Owners implements Check {
  readonly faults: string[] = []
  readonly #operators = new Map<number, string>()
  readonly #latest = new Map<string, Pick<TakenOrder, 'epoch' | 'generation'>>()

  taken(order: TakenOrder, operator: string): void {
    const { node, boot, meeting, verb, epoch, generation } = order
    const owner = this.#operators.get(epoch) ?? operator
    this.#operators.set(epoch, owner)
    if (owner !== operator) this.faults.push(`${owner} and ${operator} both give orders of epoch ${epoch}, the latter to ${node}`)
    this.#mustRise(`${node} ${boot}`, { epoch, generation: 0 }, operator)
    if (meeting === undefined) return
    const segment = `${node} ${boot} ${meetingKey(meeting)}`
    this.#mustRise(segment, { epoch, generation }, operator)
    if (verb === 'delete') this.#latest.delete(segment)
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
