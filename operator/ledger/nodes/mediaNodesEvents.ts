import type { PipeWitnesses } from './signs.ts'

/** What media nodes of a ledger tell and ask their owner. */
export interface MediaNodesEvents {
  /** The state or region of this node may have changed; not mere loads. */
  readonly changed: (name: string) => void
  /** Its pool has another spec, of which its meetings see nothing. */
  readonly respecified: (name: string) => void
  /** What others say of their pipes to a node that is silent. */
  readonly pipesTo: (name: string, nowMs: number) => PipeWitnesses
}
