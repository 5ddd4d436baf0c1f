import type { MediaNodePool } from '../../crds/index.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { nodeStateOf } from '../ledger/nodeState.ts'

/** Everything that the status of one pool depends on, frozen. */
export interface MediaNodePoolView {
  readonly object: MediaNodePool
  readonly nodes: number
  readonly ready: number
  /** Of the most loaded ready node; undefined where none told. */
  readonly worstLoad: number | undefined
  /** Why the API server refused the object of an ad hoc meeting, last time. */
  readonly createRefused: string | undefined
}

/** Gathers what the status of a pool depends on; undefined where it has no object. */
export function viewMediaNodePool(
  ledger: Ledger,
  name: string,
  at: { readonly nowMs: number; readonly createRefused: string | undefined },
): MediaNodePoolView | undefined {
  const object = ledger.nodes.pool(name)
  if (object === undefined) return undefined
  const nodes = [...ledger.nodes.all()].filter((node) => node.object.spec.pool === name)
  const ready = nodes.filter((node) => nodeStateOf(node, at.nowMs).state === 'ready')
  const loads = ready.map(({ shares }) => shares?.worst).filter((load) => load !== undefined)
  return Object.freeze({
    object,
    nodes: nodes.length,
    ready: ready.length,
    worstLoad: loads.length === 0 ? undefined : Math.max(...loads),
    createRefused: at.createRefused,
  })
}
