import { sfuErrors } from '../../../sfu/api/errors.ts'
import type { Term } from '../../../sfu/api/term.ts'

/** The term that a fake media node follows: that of the last order that it took, and of one epoch one holder only. */
export class FakeTerm {
  #followed: Term | undefined

  /** 0 before the first order. */
  get epoch(): number {
    return this.#followed?.epoch ?? 0
  }

  /** Raises `stale_order` and `epoch_shared` for an order that the node must not take. */
  judge({ epoch, holder }: Term): void {
    const followed = this.#followed
    if (followed === undefined || epoch > followed.epoch) return
    if (epoch < followed.epoch) throw sfuErrors.raise.stale_order({ epoch: followed.epoch, generation: 0 })
    if (holder !== undefined && holder !== followed.holder) throw sfuErrors.raise.epoch_shared({ epoch, holder: followed.holder })
  }

  follow({ epoch, holder }: Term): void {
    this.#followed = { epoch, holder }
  }

  /** The process begins anew. */
  forget(): void {
    this.#followed = undefined
  }
}
