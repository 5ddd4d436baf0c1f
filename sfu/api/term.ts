import { z } from 'zod'

import { fenceNumber } from './limits.ts'

/** Who gives an order: one process of the operator, by the name that it holds the Lease under (a host's name and a ULID). */
export const holderName = z.string().min(1).max(300)

/**
 * The term of an order. A node follows one holder in an epoch: the first of whom it takes an order. Where a Lease that was deleted or restored
 * gives two operators one epoch, the other is refused by `epoch_shared` and has to take a higher one. Absent: an operator of an earlier
 * version, which is judged by its epoch alone.
 */
export const term = z.object({ epoch: fenceNumber, holder: holderName.optional() })
export type Term = z.infer<typeof term>
