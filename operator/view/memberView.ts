import { conditionReasons, type MediaNode } from '../../crds/index.ts'
import type { KubeNode, Pod } from '../kube/core.ts'
import { keyOf } from '../kube/objects.ts'
import type { Store } from '../kube/watch/store.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { NodeEntry } from '../ledger/nodes/nodeEntry.ts'
import { nodeStateOf, type NodeState } from '../ledger/nodes/nodeState.ts'
import { usualStartMs } from '../ledger/nodes/starting.ts'
import type { Disruption, Disruptions } from '../pods/disruptions.ts'
import { announcedOf, type Announced } from '../pods/announced.ts'
import { leavingOf, type Leaving } from '../pods/host.ts'
import { podLabels } from '../pods/labels.ts'
import type { Refusals } from '../pods/refusals.ts'
import { viewPod, type PodView } from './podView.ts'

/** What is known of Pods and of where they run, beside the ledger. */
export interface PodSources {
  readonly ledger: Ledger
  readonly pods: Store<Pod>
  /** Kubernetes Nodes; empty where the operator may not read them. */
  readonly hosts: Store<KubeNode>
  readonly disruptions: Disruptions
  readonly refusals: Refusals
}

/** A media node that the operator makes a Pod for, as planners see it. Times are wall clock milliseconds. */
export interface MemberView {
  readonly name: string
  readonly uid: string
  readonly createdAtMs: number
  /** Hash of the template that it was made by. */
  readonly template: string | undefined
  /** Somebody deleted its object. */
  readonly deleted: boolean
  readonly pod: PodView | undefined
  /** What keeps it from having a Pod, its Pod from running, or its node from taking work. */
  readonly trouble: { readonly reason: string; readonly message: string } | undefined
  readonly state: NodeState
  readonly people: number
  /** Whether its agent was ever heard, by this replica or by one before: if not, nobody can be on it. */
  readonly everHeard: boolean
  /** Whether its Pod has been on a Kubernetes Node, by its own status: it gets no other one. */
  readonly ran: boolean
  /** A person drains it. */
  readonly drainedByUser: boolean
  /** As they were decided last. */
  readonly disruptions: readonly Disruption[]
  /** Why its Kubernetes Node is to be left. */
  readonly leaving: Leaving | undefined
}

/** What clients are to be told of a node that the operator makes a Pod for; undefined where that is not known yet. */
export function viewAnnounced({ ledger, pods, hosts }: PodSources, object: MediaNode): Announced | undefined {
  const pod = pods.get(keyOf(object))
  const pool = ledger.nodes.pool(object.spec.pool)
  if (object.spec.address !== undefined || pod === undefined || pool === undefined) return undefined
  return announcedOf({ pool, pod, host: pod.spec.nodeName === undefined ? undefined : hosts.get(pod.spec.nodeName) })
}

const podTroubleOf = ({ state }: PodView): MemberView['trouble'] => ('trouble' in state ? state.trouble : undefined)

const outOfWork: ReadonlySet<NodeState> = new Set(['held', 'suspect', 'silent', 'lost', 'wrong'])

/** Why a node whose Pod runs is none that takes work, where it lasts; a moment without an address is none. */
function nodeTroubleOf(node: MediaNode, sources: PodSources, nowMs: number): MemberView['trouble'] {
  const entry = sources.ledger.nodes.get(node.metadata.name)
  if (entry === undefined) return undefined
  const { state, why, isOverdue } = nodeStateOf(entry, nowMs)
  if (isOverdue === true) return { reason: conditionReasons.MediaNode.notAnswering, message: why }
  if (outOfWork.has(state)) return { reason: 'NotReady', message: why }
  if (state !== 'unreachable') return undefined
  const announced = viewAnnounced(sources, node)
  if (entry.introduction?.addressesGuessed !== true) return { reason: 'NotReady', message: why }
  return announced !== undefined && 'missing' in announced ? { reason: 'NotReady', message: announced.missing } : undefined
}

/** A Pod that has a Kubernetes Node and does not come to run, though nobody says why: a volume or a network that is not made, for instance. */
function slowStartOf(
  { metadata: { name } }: MediaNode,
  { state, scheduledAtMs }: PodView,
  wallMs: number,
): MemberView['trouble'] {
  if (state.at !== 'starting' || scheduledAtMs === undefined || wallMs < scheduledAtMs + usualStartMs) return undefined
  const message = `its Pod has not come to run in ${usualStartMs / 1_000} s and more: see kubectl describe pod ${name}`
  return { reason: conditionReasons.MediaNode.slowStart, message }
}

function troubleOf(
  node: MediaNode,
  pod: PodView | undefined,
  { sources, nowMs, wallMs }: { readonly sources: PodSources } & Moment,
): MemberView['trouble'] {
  if (pod === undefined) return sources.refusals.get(node.metadata.uid)
  const told = podTroubleOf(pod) ?? nodeTroubleOf(node, sources, nowMs)
  const hasAddress = sources.ledger.nodes.get(node.metadata.name)?.url !== undefined
  return told ?? (hasAddress ? undefined : slowStartOf(node, pod, wallMs))
}

/** When something is looked at, by both clocks. */
export interface Moment {
  /** Monotonic milliseconds. */
  readonly nowMs: number
  readonly wallMs: number
}

/** What the node itself said, and whether it ever did. */
function heardOf(
  node: MediaNode,
  entry: NodeEntry | undefined,
  nowMs: number,
): Pick<MemberView, 'state' | 'people' | 'everHeard'> {
  const wasHeard = node.status?.incarnation !== undefined
  if (entry === undefined) return { state: 'pending', people: 0, everHeard: wasHeard }
  return {
    state: nodeStateOf(entry, nowMs).state,
    people: entry.load?.participants ?? 0,
    everHeard: wasHeard || entry.introduction !== undefined,
  }
}

/** Its Pod, and what becomes of the Kubernetes Node that it runs on. */
function placedOf(node: MediaNode, { pods, hosts }: PodSources): Pick<MemberView, 'pod' | 'leaving'> {
  const pod = viewPod(node, pods.get(keyOf(node)))
  return { pod, leaving: pod?.host === undefined ? undefined : leavingOf(hosts.get(pod.host)) }
}

/** The view of a media node whose Pod the operator makes. */
export function viewMember(node: MediaNode, sources: PodSources, at: Moment): MemberView {
  const { ledger, disruptions } = sources
  const { name, uid, creationTimestamp, deletionTimestamp, labels } = node.metadata
  const placed = placedOf(node, sources)
  return {
    name,
    uid,
    createdAtMs: Date.parse(creationTimestamp),
    template: labels?.[podLabels.template],
    deleted: deletionTimestamp !== undefined,
    ...placed,
    trouble: troubleOf(node, placed.pod, { sources, ...at }),
    ...heardOf(node, ledger.nodes.get(name), at.nowMs),
    ran: node.status?.host !== undefined,
    drainedByUser: node.spec.drain !== undefined,
    disruptions: disruptions.of(node),
  }
}
