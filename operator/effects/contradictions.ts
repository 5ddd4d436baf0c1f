import type { DrainReport } from '../../sfu/api/drain.ts'
import type { Fence } from '../../sfu/api/order.ts'

const told = ({ epoch, generation }: Fence): string => `${epoch}/${generation}`

/** What is wrong with the answer to an order for a segment, in words: a node answers by what it follows from then on. */
export function contradictsOrder(given: Fence, answer: Fence): string | undefined {
  if (answer.epoch === given.epoch && answer.generation === given.generation) return undefined
  return `takes order ${told(given)} and says that it follows ${told(answer)}`
}

/** The same of an order to drain, or to be done with it. What of the order an older agent does not know it leaves out. */
export function contradictsDrain({ draining }: { readonly draining: boolean }, answer: DrainReport): string | undefined {
  if ((answer.ordered !== undefined) === draining) return undefined
  return `takes an order to ${draining ? 'drain' : 'end its drain'} and says that it does not follow it`
}
