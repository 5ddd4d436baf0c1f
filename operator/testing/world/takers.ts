import { placementView } from '../../ledger/ledgerView.ts'
import { placeOn } from '../../placement/placeOn.ts'
import type { Wish } from '../../placement/view.ts'
import type { SimulatedOperator } from './simulatedOperator.ts'

/** The media nodes that would take somebody now, as an operator knows them: each asked by itself, by the rules that every placement passes. */
export function takersOf({ world: { ledger }, clock }: SimulatedOperator, wish: Wish): readonly string[] {
  const view = placementView(ledger, wish, { nowMs: clock.monotonicMs(), wallMs: clock.nowMs() })
  return [...ledger.nodes.all()].filter((node) => placeOn(view, wish, node).result === 'placed').map(({ name }) => name)
}
