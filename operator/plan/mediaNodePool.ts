import { conditionReasons, conditionTypes, type MediaNodePool, type MediaNodePoolStatus } from '../../crds/index.ts'
import type { Disruption } from '../pods/disruptions.ts'
import { canonicalJson } from '../pods/canonicalJson.ts'
import { podLabels } from '../pods/labels.ts'
import type { MemberView } from '../view/memberView.ts'
import type { BudgetView, MediaNodePoolView, PodPoolView } from '../view/mediaNodePoolView.ts'
import type { PlannedHappening } from './happenings.ts'
import type { Planned } from './planned.ts'
import { budgetOf } from './poolBudget.ts'
import { planPoolConditions } from './poolConditions.ts'
import { planMembers, type MembersPlan } from './poolMembers.ts'
import { loadStep } from './steps.ts'

/** What should be true of one pool, and why. */
export interface MediaNodePoolPlan {
  readonly status: Planned<MediaNodePoolStatus>
  /** What spec.image is to be. */
  readonly image: string | undefined
  /** How many media nodes are to be made. */
  readonly create: number
  /** The disruptions of its members, by name. */
  readonly disruptions: ReadonlyMap<string, readonly Disruption[]>
  /** Whether its budget is to be made, or is another than it should be. */
  readonly budget: 'keep' | 'create' | 'patch'
  /** What is decided now, as Events tell it. */
  readonly happenings: readonly PlannedHappening[]
  /** When time alone changes what is planned; monotonic milliseconds. */
  readonly wakeAtMs: number | undefined
}

/** How many Pods a pool should have. */
export const desiredOf = ({ spec }: MediaNodePool): number => spec.replicas ?? 1

/** The image that is written into the spec: once where there is none, and each new one where the pool follows the operator. */
function imageOf({ object, defaultImage }: MediaNodePoolView): string | undefined {
  const { image, update } = object.spec
  if (defaultImage === '' || image === defaultImage) return undefined
  return image === undefined || update.policy === 'Auto' ? defaultImage : undefined
}

function membersOf(view: MediaNodePoolView, { members, template }: PodPoolView): MembersPlan {
  const { object, wallMs } = view
  const updated = object.status?.conditions?.find(({ type }) => type === conditionTypes.updated)
  return planMembers({
    members,
    desired: desiredOf(object),
    template,
    hadNoRoom: updated?.reason === conditionReasons.MediaNodePool.replacing,
    drainMs: object.spec.drain.deadlineSeconds * 1000,
    wallMs,
  })
}

/** What we say of a budget; the API server may fill in more. */
function budgetSpecOf({ minAvailable, selector, unhealthyPodEvictionPolicy }: BudgetView['spec']): object {
  return { minAvailable, selector: { matchLabels: selector.matchLabels }, unhealthyPodEvictionPolicy }
}

function planBudget({ object }: MediaNodePoolView, { budget }: PodPoolView): MediaNodePoolPlan['budget'] {
  if (budget === undefined) return 'create'
  const same = canonicalJson(budgetSpecOf(budget.spec)) === canonicalJson(budgetOf(object.metadata.name))
  return budget.isOwn && same ? 'keep' : 'patch'
}

/** A Pod that serves and goes on to: what autoscalers count by the selector. */
const isServing = ({ pod }: MemberView): boolean =>
  pod?.serving === 'true' && pod.killedAtMs === undefined && pod.state.at !== 'over'

function statusOf(view: MediaNodePoolView, members: MembersPlan | undefined): Planned<MediaNodePoolStatus> {
  const { object, pods } = view
  const selector = `${podLabels.pool}=${object.metadata.name}`
  return {
    replicas: pods === undefined ? view.nodes : pods.members.filter(isServing).length,
    ready: view.ready,
    draining: view.draining,
    ...(view.worstLoad === undefined ? {} : { load: loadStep(view.worstLoad, object.status?.load) }),
    selector: pods === undefined ? selector : `${selector},${podLabels.serving}=true`,
    conditions: planPoolConditions(view, members),
  }
}

/** When the next try is due after a refusal; undefined where nothing was refused, or it is due now. */
const refusedUntilMs = ({ refusal, nowMs }: MediaNodePoolView): number | undefined =>
  refusal !== undefined && nowMs < refusal.notBeforeMs ? refusal.notBeforeMs : undefined

function wakeAt(view: MediaNodePoolView, pods: PodPoolView, { rollout, create }: MembersPlan): number | undefined {
  const { nowMs, wallMs } = view
  const due = [
    rollout.step === 'waiting' && rollout.wakeAtWallMs !== undefined ? nowMs + (rollout.wakeAtWallMs - wallMs) : undefined,
    create > 0 && pods.notBeforeMs > nowMs ? pods.notBeforeMs : undefined,
    refusedUntilMs(view),
  ].filter((atMs) => atMs !== undefined)
  return due.length === 0 ? undefined : Math.min(...due)
}

/** As many as one turn of work can make within its time at the bucket's 20 writes a second; the others follow. */
const madeAtOnce = 50

/** What is written now: nothing, while it is too early after a refusal. */
function planWrites(
  view: MediaNodePoolView,
  pods: PodPoolView,
  members: MembersPlan,
): Pick<MediaNodePoolPlan, 'create' | 'budget'> {
  if (refusedUntilMs(view) !== undefined) return { create: 0, budget: 'keep' }
  const create = view.nowMs < pods.notBeforeMs ? 0 : Math.min(members.create, madeAtOnce)
  return { create, budget: planBudget(view, pods) }
}

/** Plans one pool: what it says of itself, its members, and what keeps their Pods. */
export function planMediaNodePool(view: MediaNodePoolView): MediaNodePoolPlan {
  const { pods } = view
  const image = refusedUntilMs(view) === undefined ? imageOf(view) : undefined
  if (pods === undefined) {
    const nothing = { create: 0, disruptions: new Map<string, readonly Disruption[]>(), budget: 'keep', happenings: [] } as const
    return { status: statusOf(view, undefined), image, ...nothing, wakeAtMs: refusedUntilMs(view) }
  }
  const members = membersOf(view, pods)
  return {
    status: statusOf(view, members),
    image,
    ...planWrites(view, pods, members),
    disruptions: members.disruptions,
    happenings: members.decided.map((decided) => ({ type: 'Normal', ...decided })),
    wakeAtMs: wakeAt(view, pods, members),
  }
}
