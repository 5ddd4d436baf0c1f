import { conditionReasons, conditionTypes } from '../../crds/index.ts'
import type { MediaNodePoolView, PodPoolView } from '../view/mediaNodePoolView.ts'
import { fitting, type PlannedCondition } from './planned.ts'
import type { MembersPlan } from './poolMembers.ts'

const reasons = conditionReasons.MediaNodePool

function readyOfRegistered({ object, nodes, ready }: MediaNodePoolView): PlannedCondition {
  const type = conditionTypes.ready
  const asked = object.spec.replicas
  if (nodes === 0 && (asked ?? 0) === 0)
    return { type, status: 'False', reason: reasons.empty, message: 'no MediaNode names this pool' }
  if (asked !== undefined && asked > nodes) {
    const message = `spec.replicas asks for ${asked} media nodes and ${nodes} are registered; register MediaNodes that name this pool, or set spec.image`
    return { type, status: 'False', reason: reasons.tooFew, message }
  }
  const wanted = asked ?? nodes
  return ready >= wanted
    ? { type, status: 'True', reason: reasons.enough, message: `${ready} of ${nodes} media nodes are ready` }
    : { type, status: 'False', reason: reasons.tooFew, message: `${ready} of ${wanted} media nodes are ready` }
}

/** The first trouble of a member, by name: the others are often the same, and stand in their own statuses. */
function troubleIn({ members }: PodPoolView): string | undefined {
  const troubled = members.filter(({ trouble }) => trouble !== undefined).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const [first] = troubled
  if (first?.trouble === undefined) return undefined
  const others = troubled.length === 1 ? '' : ` (and ${troubled.length - 1} more)`
  return `${first.name}${others}: ${first.trouble.message}`
}

function readyOfPods({ object, ready, nowMs }: MediaNodePoolView, pods: PodPoolView, members: MembersPlan): PlannedCondition {
  const type = conditionTypes.ready
  const desired = object.spec.replicas ?? 1
  const trouble = troubleIn(pods)
  const waits =
    members.create > 0 && nowMs < pods.notBeforeMs ? ['its last Pods were given up, so the next ones are made later'] : []
  const message = fitting(
    [`${ready} of ${desired} media nodes are ready`, ...(trouble === undefined ? [] : [trouble]), ...waits].join('; '),
  )
  return ready >= desired
    ? { type, status: 'True', reason: reasons.enough, message }
    : { type, status: 'False', reason: reasons.tooFew, message }
}

function readyCondition(view: MediaNodePoolView, members: MembersPlan | undefined): PlannedCondition {
  const { createRefused, refusal, pods } = view
  if (refusal !== undefined) {
    return { type: conditionTypes.ready, status: 'False', reason: refusal.reason, message: fitting(refusal.message) }
  }
  if (createRefused !== undefined) {
    const message = fitting(`ad hoc meetings get no object: ${createRefused}`)
    return { type: conditionTypes.ready, status: 'False', reason: reasons.createRefused, message }
  }
  return pods === undefined || members === undefined ? readyOfRegistered(view) : readyOfPods(view, pods, members)
}

const ofStep = {
  updated: reasons.upToDate,
  surge: reasons.surging,
  replace: reasons.surging,
  waiting: reasons.waiting,
  leaving: reasons.emptying,
} as const

/** While one after the other is replaced for want of room, that is said at each step, so that a next leader does not begin to wait anew. */
function stepReason({ rollout, hadNoRoom }: MembersPlan): string {
  const { step } = rollout
  if (step === 'updated') return ofStep[step]
  if (step === 'replace') return rollout.reason === 'NoRoom' ? reasons.replacing : ofStep[step]
  return hadNoRoom || (step === 'leaving' && rollout.forRoom) ? reasons.replacing : ofStep[step]
}

function updatedCondition(members: MembersPlan): PlannedCondition {
  const type = conditionTypes.updated
  const { rollout } = members
  const reason = stepReason(members)
  if (rollout.step === 'updated') {
    return { type, status: 'True', reason, message: 'every media node is of the template that the pool has' }
  }
  const leaving = rollout.step === 'replace' ? `${rollout.members.map(({ name }) => name).join(', ')} makes room: ` : ''
  const surging = rollout.step === 'surge' ? 'one more is made first: ' : ''
  return { type, status: 'False', reason, message: fitting(`${leaving}${surging}${rollout.why}`) }
}

function updateAvailable({ object, defaultImage }: MediaNodePoolView): PlannedCondition {
  const type = conditionTypes.updateAvailable
  const { image } = object.spec
  return image === undefined || image === defaultImage
    ? { type, status: 'False', reason: reasons.sameImage, message: 'the pool has the image of its operator' }
    : {
        type,
        status: 'True',
        reason: reasons.otherImage,
        message: fitting(`the operator's image is ${defaultImage}: set spec.image to it, or spec.update.policy to Auto`),
      }
}

/** The conditions of a pool: whether it has what it asks for, and, where it makes Pods, whether they are of its newest template. */
export function planPoolConditions(view: MediaNodePoolView, members: MembersPlan | undefined): readonly PlannedCondition[] {
  return [
    readyCondition(view, members),
    ...(members === undefined ? [] : [updatedCondition(members)]),
    ...(members === undefined || view.defaultImage === '' ? [] : [updateAvailable(view)]),
  ]
}
