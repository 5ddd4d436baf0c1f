import { kubeTime } from '../../kit/kubeTime.ts'
import type { MeetingName } from './client.ts'
import type { PlacementRefusal, PlacementRequest } from './placement.ts'
import { rankByRendezvous } from './rendezvous.ts'
import type { Topology, TopologyMeeting, TopologyNode, TopologyPool } from './topology.ts'

/** Where a signaling service places by itself, and whom that node is to ask whether they host the meeting too. */
export type FallbackChoice =
  | {
      readonly result: 'placed'
      readonly node: TopologyNode
      /** The next of the ranking, at most two. */
      readonly peers: readonly TopologyNode[]
      /** Of the meeting, where the topology knows it. */
      readonly incarnation: string | undefined
      readonly reason: string
    }
  | ({ readonly result: 'refused' } & Refusal)
  /** No rule is against it, but no node takes anybody now. */
  | ({ readonly result: 'tryAfter' } & Refusal)

interface Refusal {
  readonly code: PlacementRefusal
  readonly reason: string
}

/** What {@link chooseByFallback} looks at. */
export interface FallbackInput {
  readonly topology: Topology
  readonly meeting: MeetingName
  /** Wall clock. */
  readonly nowMs: number
  readonly request: Pick<PlacementRequest, 'region' | 'rttsMs' | 'excludeNodes' | 'replaces'>
}

/** How many nodes of the ranking a grant tells of: the one that is taken and the ones that it asks. */
const rankedNodes = 3

const refused = (code: PlacementRefusal, reason: string): FallbackChoice => ({ result: 'refused', code, reason })

function poolsFor({ topology, meeting }: FallbackInput, known: TopologyMeeting | undefined): readonly TopologyPool[] {
  return topology.pools.filter(
    (pool) =>
      (pool.allowedNamespaces?.includes(meeting.namespace) ?? true) &&
      (known === undefined ? pool.adHocMeetings : (known.pools?.includes(pool.name) ?? true)),
  )
}

/** The smaller, the nearer: by measured round trips first, then the region that the client names. */
function distance(region: string, request: FallbackInput['request']): number {
  return request.rttsMs?.[region] ?? (region === request.region ? 0 : Number.POSITIVE_INFINITY)
}

function nearestFirst(nodes: readonly TopologyNode[], request: FallbackInput['request']): readonly TopologyNode[] {
  const far = (node: TopologyNode): number => Math.min(distance(node.region, request), Number.MAX_SAFE_INTEGER)
  return nodes.toSorted((a, b) => far(a) - far(b) || a.load - b.load || (a.name < b.name ? -1 : 1))
}

/**
 * A meeting that stands somewhere: its own nodes, whatever their load; they refuse by themselves what is too much. One that drains lets
 * nobody in.
 */
function amongItsNodes(input: FallbackInput, known: TopologyMeeting, hosts: readonly TopologyNode[]): FallbackChoice | undefined {
  const excluded = new Set(input.request.excludeNodes)
  const [node] = nearestFirst(
    hosts.filter((host) => !excluded.has(host.name) && host.draining !== true),
    input.request,
  )
  if (node === undefined) return undefined
  return {
    result: 'placed',
    node,
    peers: hosts.filter((host) => host !== node).slice(0, rankedNodes - 1),
    incarnation: known.incarnation,
    reason: `operator away: ${node.name} hosts the meeting`,
  }
}

/** Whether a node may have a part in a meeting beside those that host it: they speak one version of the contract between media nodes. */
const speaksWith = (node: TopologyNode, hosts: readonly TopologyNode[]): boolean =>
  hosts.every((host) => (host.edgeVersion ?? 1) === (node.edgeVersion ?? 1))

/** A meeting that stands nowhere that could be used: the ranking that every signaling service finds alike. */
function byRanking(input: FallbackInput, known: TopologyMeeting | undefined, hosts: readonly TopologyNode[]): FallbackChoice {
  const { topology, meeting, request } = input
  const pools = poolsFor(input, known)
  if (pools.length === 0) return refused('no_pool', `no pool takes meetings of ${meeting.namespace}`)
  const allowed = (region: string): boolean => known?.regions?.includes(region) ?? true
  if (!pools.some((pool) => allowed(pool.region)))
    return refused('no_region', 'no pool stands in a region that the meeting allows')
  const poolNames = new Set(pools.map((pool) => pool.name))
  const inRegions = topology.nodes.filter((node) => poolNames.has(node.pool) && allowed(node.region))
  const open = inRegions.filter((node) => node.accepting && speaksWith(node, hosts))
  const excluded = new Set(request.excludeNodes)
  const others = open.filter((node) => !excluded.has(node.name))
  // Who was failed by all of them is better off with one of them again than nowhere.
  const ranking = rankByRendezvous(`${meeting.namespace}/${meeting.name}`, others.length > 0 ? others : open)
  const [node, ...next] = ranking
  if (node === undefined) {
    const reason = `none of ${inRegions.length} media nodes was taking meetings when last heard of`
    return { result: 'tryAfter', code: 'no_node_ready', reason }
  }
  return {
    result: 'placed',
    node,
    peers: [...hosts.filter((host) => host !== node), ...next.filter((other) => !hosts.includes(other))].slice(
      0,
      rankedNodes - 1,
    ),
    incarnation: known?.incarnation,
    reason: `operator away: first of ${ranking.length} by rendezvous hashing`,
  }
}

/** What a meeting refuses to people who come new to it. */
function whyNotNew(known: TopologyMeeting | undefined, nowMs: number): FallbackChoice | undefined {
  if (known?.closed === true) return refused('meeting_locked', 'the meeting was locked or had ended when it was last heard of')
  if (known?.opensAtMs === undefined || known.opensAtMs <= nowMs) return undefined
  return refused('meeting_not_started', `the meeting has not started: its door opens at ${kubeTime(known.opensAtMs)}`)
}

function choose(input: FallbackInput): FallbackChoice {
  const { topology, meeting, request } = input
  const known = topology.meetings.find((each) => each.namespace === meeting.namespace && each.name === meeting.name)
  const refusal = request.replaces === undefined ? whyNotNew(known, input.nowMs) : undefined
  if (refusal !== undefined) return refusal
  if (known === undefined && !topology.pools.some((pool) => pool.adHocMeetings)) {
    return refused(
      'meeting_unknown',
      `there is no meeting ${meeting.namespace}/${meeting.name}, and no pool makes one on the first join`,
    )
  }
  const hosts = topology.nodes.filter((node) => known?.nodes.includes(node.name))
  return (known === undefined ? undefined : amongItsNodes(input, known, hosts)) ?? byRanking(input, known, hosts)
}

/**
 * Places without an operator, from the last topology: a meeting that stands somewhere goes on there, nearest node first; any other
 * goes to the first node of a ranking that depends on the meeting and the nodes only, so that all who place it at once agree. Who comes back was let
 * in by somebody who knew the rules: a topology that may be old puts them off, and never out.
 */
export function chooseByFallback(input: FallbackInput): FallbackChoice {
  const choice = choose(input)
  return choice.result === 'refused' && input.request.replaces !== undefined ? { ...choice, result: 'tryAfter' } : choice
}
