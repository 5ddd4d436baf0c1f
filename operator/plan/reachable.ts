import { conditionReasons, conditionTypes } from '../../crds/index.ts'
import type { NodeState } from '../ledger/nodes/nodeState.ts'
import type { MediaNodeView } from '../view/mediaNodeView.ts'
import { fitting, type PlannedCondition } from './planned.ts'

const type = conditionTypes.reachable
const notTried: PlannedCondition = {
  type,
  status: 'Unknown',
  reason: conditionReasons.MediaNode.notTried,
  message: 'not tried yet',
}

/** States in which nobody can be asked, and what was found out says nothing any more. */
const unasked: ReadonlySet<NodeState> = new Set(['pending', 'lost', 'wrong'])

/** What is known of whether clients reach the node: by this leader, else what an earlier one told. */
export function reachableCondition({ state, reach, object }: MediaNodeView): PlannedCondition {
  if (unasked.has(state.state)) return notTried
  if (reach !== undefined) return { type, ...reach, message: fitting(reach.message) }
  const before = object.status?.conditions?.find((condition) => condition.type === type)
  if (before === undefined) return notTried
  const { status, reason, message } = before
  return { type, status, reason, message }
}
