import { conditionReasons, conditionTypes, type MediaNodeStatus } from '../../crds/index.ts'
import type { NodeState } from '../ledger/nodes/nodeState.ts'
import { usualStartMs } from '../ledger/nodes/starting.ts'
import type { MediaNodeView } from '../view/mediaNodeView.ts'
import type { MemberView } from '../view/memberView.ts'
import { toldDisruptions } from '../pods/disruptions.ts'
import { planAddresses, whyNoAddress } from './addresses.ts'
import { drainLookAtMs, planDrainOrder, planDrainStatus, type PlannedDrain } from './drain.ts'
import { fitting, type Planned, type PlannedCondition } from './planned.ts'
import { reachableCondition } from './reachable.ts'
import { countStep, loadStep, peopleStep } from './steps.ts'

export type MediaNodePhase = NonNullable<MediaNodeStatus['phase']>

/** What should be true of one media node, and why. */
export interface MediaNodePlan {
  readonly phase: MediaNodePhase
  readonly why: string
  readonly status: Planned<MediaNodeStatus>
  /** What the node is to tell clients from now on; undefined where it does already. */
  readonly announce: readonly string[] | undefined
  /** What the node is to be told of its drain; undefined where it follows already. */
  readonly drain: PlannedDrain | undefined
  /** When to look again, though nothing changes: silence will have lasted too long, a drain goes on. Monotonic milliseconds. */
  readonly wakeAtMs: number | undefined
}

const reasons = conditionReasons.MediaNode

/** How a state is told: the phase, and the reason of the condition Ready. */
const told: Readonly<Record<NodeState, { readonly phase: MediaNodePhase; readonly reason: string }>> = {
  pending: { phase: 'Pending', reason: reasons.neverHeard },
  ready: { phase: 'Ready', reason: reasons.heard },
  cordoned: { phase: 'Cordoned', reason: reasons.cordoned },
  draining: { phase: 'Draining', reason: reasons.draining },
  drained: { phase: 'Drained', reason: reasons.drained },
  unreachable: { phase: 'NotReady', reason: reasons.unreachable },
  held: { phase: 'NotReady', reason: reasons.held },
  suspect: { phase: 'NotReady', reason: reasons.suspect },
  silent: { phase: 'NotReady', reason: reasons.silent },
  lost: { phase: 'Lost', reason: reasons.lost },
  wrong: { phase: 'NotReady', reason: reasons.wrongAgent },
}

/** What keeps a node from having a Pod, or its Pod from running. */
function troubleOf({ object, member }: MediaNodeView): MemberView['trouble'] {
  if (member === undefined) return undefined
  if (object.metadata.ownerReferences?.some(({ kind }) => kind === 'MediaNodePool')) return member.trouble
  const message = 'it has no address, and no pool made it: make one with spec.address, or let its pool make it by spec.replicas'
  return { reason: reasons.noAddress, message }
}

function readyCondition(view: MediaNodeView): PlannedCondition {
  const type = conditionTypes.ready
  if ((view.state.state === 'ready' || view.state.state === 'pending') && view.region === undefined) {
    const message = `there is no MediaNodePool ${view.object.spec.pool}, so no meeting may use the node`
    return { type, status: 'False', reason: reasons.poolMissing, message }
  }
  const trouble = view.state.state === 'pending' ? troubleOf(view) : undefined
  if (trouble !== undefined) return { type, status: 'False', reason: trouble.reason, message: fitting(trouble.message) }
  const reason = view.state.isOverdue === true ? reasons.notAnswering : told[view.state.state].reason
  return {
    type,
    status: view.state.state === 'ready' ? 'True' : 'False',
    reason,
    message: fitting(whyNoAddress(view) ?? view.state.why),
  }
}

/** What was told before of the members that are not known now: unknown is not zero. */
function asTold<Member extends keyof MediaNodeStatus>(
  { object }: MediaNodeView,
  ...members: readonly Member[]
): Pick<MediaNodeStatus, Member> {
  const known = members.filter((member) => object.status?.[member] !== undefined)
  return Object.fromEntries(known.map((member) => [member, object.status?.[member]])) as Pick<MediaNodeStatus, Member>
}

function introduced(view: MediaNodeView): Pick<MediaNodeStatus, 'addresses' | 'version' | 'incarnation'> {
  if (view.introduction === undefined) return asTold(view, 'addresses', 'version', 'incarnation')
  const { addresses, version, boot } = view.introduction
  return { addresses: [...new Set(addresses)], version, incarnation: boot }
}

function carried(view: MediaNodeView): Pick<MediaNodeStatus, 'load' | 'participants' | 'meetings'> {
  if (view.state.state === 'lost') return { load: '0.0', participants: '0', meetings: 0 }
  if (view.load === undefined) return asTold(view, 'load', 'participants', 'meetings')
  const load = loadStep(view.load, view.object.status?.load)
  // By its own word nobody is left: counts follow within a minute, and would say otherwise until then.
  const people = view.state.state === 'drained' ? 0 : view.people
  return { load, participants: peopleStep(people), meetings: countStep(view.meetings) }
}

/** Where its Pod runs stays told when the Pod has gone: such a node is not given another one. */
function ofPod({ object, member }: MediaNodeView): Pick<MediaNodeStatus, 'host' | 'disruptions'> {
  if (member === undefined) return {}
  const host = member.pod?.host ?? object.status?.host
  const disruptions = toldDisruptions(member.disruptions)
  return { ...(host === undefined ? {} : { host }), ...(disruptions.length === 0 ? {} : { disruptions }) }
}

/** When its Pod will have taken longer to come to run than is usual. */
function slowAtMs({ member, nowMs, wallMs }: MediaNodeView): number {
  const { scheduledAtMs, state } = member?.pod ?? {}
  if (scheduledAtMs === undefined || state?.at !== 'starting') return Infinity
  const inMs = scheduledAtMs + usualStartMs - wallMs
  return inMs > 0 ? nowMs + inMs : Infinity
}

function wakeAt(view: MediaNodeView): number | undefined {
  const { state, silentAtMs = Infinity } = view
  const atMs = Math.min(silentAtMs, drainLookAtMs(view), state.untilMs ?? Infinity, slowAtMs(view))
  return atMs === Infinity ? undefined : atMs
}

/** Plans what one media node is told, and what its object says. */
export function planMediaNode(view: MediaNodeView): MediaNodePlan {
  const { state } = view
  const condition = readyCondition(view)
  const drain = planDrainStatus(view)
  return {
    phase: told[state.state].phase,
    why: condition.message,
    status: {
      phase: told[state.state].phase,
      ...introduced(view),
      ...carried(view),
      ...ofPod(view),
      ...(drain === undefined ? {} : { drain }),
      conditions: [condition, reachableCondition(view)],
    },
    announce: planAddresses(view),
    drain: planDrainOrder(view),
    wakeAtMs: wakeAt(view),
  }
}
