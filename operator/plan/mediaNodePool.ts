import { conditionReasons, conditionTypes, type MediaNodePoolStatus } from '../../crds/index.ts'
import type { MediaNodePoolView } from '../view/mediaNodePoolView.ts'
import { fitting, type Planned, type PlannedCondition } from './planned.ts'
import { loadStep } from './steps.ts'

/** Label by which the media nodes of a pool are found. */
export const poolLabel = 'parley.media/pool'

const reasons = conditionReasons.MediaNodePool

function readyCondition({ object, nodes, ready, createRefused }: MediaNodePoolView): PlannedCondition {
  const type = conditionTypes.ready
  const asked = object.spec.replicas
  if (createRefused !== undefined) {
    return {
      type,
      status: 'False',
      reason: reasons.createRefused,
      message: fitting(`ad hoc meetings get no object: ${createRefused}`),
    }
  }
  if (nodes === 0) return { type, status: 'False', reason: reasons.empty, message: 'no MediaNode names this pool' }
  if (asked !== undefined && asked > nodes) {
    const message = `spec.replicas asks for ${asked} media nodes and ${nodes} are registered; register MediaNodes that name this pool`
    return { type, status: 'False', reason: reasons.tooFew, message }
  }
  const wanted = asked ?? nodes
  return ready >= wanted
    ? { type, status: 'True', reason: reasons.enough, message: `${ready} of ${nodes} media nodes are ready` }
    : { type, status: 'False', reason: reasons.tooFew, message: `${ready} of ${wanted} media nodes are ready` }
}

/** Plans what one MediaNodePool says of itself. */
export function planMediaNodePool(view: MediaNodePoolView): Planned<MediaNodePoolStatus> {
  return {
    replicas: view.nodes,
    ready: view.ready,
    ...(view.worstLoad === undefined ? {} : { load: loadStep(view.worstLoad, view.object.status?.load) }),
    selector: `${poolLabel}=${view.object.metadata.name}`,
    conditions: [readyCondition(view)],
  }
}
