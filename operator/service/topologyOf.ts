import type { MediaNodePool } from '../../crds/index.ts'
import { tellEdgeVersion } from '../../sfu/api/edgeVersion.ts'
import type { TopologyMeeting, TopologyNode, TopologyPool } from '../api/topology.ts'
import type { MeetingEntry } from '../ledger/meetings/meetingEntry.ts'
import type { NodeEntry } from '../ledger/nodes/nodeEntry.ts'
import { nodeStateOf } from '../ledger/nodes/nodeState.ts'
import { acceptLimit } from '../placement/filters.ts'
import { opensAtWallMs } from '../ledger/meetings/schedule.ts'
import { poolNamesOf } from '../placement/poolMistakes.ts'

/** A node as the topology tells it; undefined for one that nobody could be placed on: no pool, no word. Load is told in tenths. */
export function topologyNodeOf(node: NodeEntry | undefined, nowMs: number): TopologyNode | undefined {
  if (node?.region === undefined || node.introduction === undefined || node.url === undefined) return undefined
  const { name, region, url } = node
  const { state } = nodeStateOf(node, nowMs)
  const accepting = state === 'ready' && node.newSegmentLoad < acceptLimit
  const draining = state === 'draining' || state === 'drained' ? { draining: true } : {}
  const load = Math.round((node.worstShare ?? 1) * 10) / 10
  return { name, pool: node.object.spec.pool, region, url, accepting, ...draining, ...tellEdgeVersion(node.edgeVersion), load }
}

/** A pool as the topology tells it. */
export function topologyPoolOf(pool: MediaNodePool | undefined): TopologyPool | undefined {
  if (pool === undefined) return undefined
  const { region, allowedNamespaces, adHocMeetings } = pool.spec
  return {
    name: pool.metadata.name,
    region,
    ...(allowedNamespaces === undefined ? {} : { allowedNamespaces: [...allowedNamespaces] }),
    adHocMeetings: adHocMeetings.enabled,
  }
}

const isClosed = ({ ended, object, mayBeginAgain }: MeetingEntry): boolean =>
  (ended !== undefined && !mayBeginAgain) || object?.spec.ended === true || object?.spec.access.locked === true

/** What the spec calls the meeting and restricts it to. */
function ofSpec(
  entry: MeetingEntry,
  all: readonly MediaNodePool[],
): Pick<TopologyMeeting, 'title' | 'pools' | 'regions' | 'maxParticipants' | 'opensAtMs'> {
  const { title } = entry
  const { regions, capacity } = entry.object?.spec ?? {}
  const opensAtMs = opensAtWallMs(entry.object)
  const maxParticipants = capacity?.maxParticipants
  const pools = poolNamesOf(all, entry.object)
  return {
    ...(title === undefined ? {} : { title }),
    ...(pools === undefined ? {} : { pools: [...pools] }),
    ...(regions === undefined ? {} : { regions: [...regions] }),
    ...(maxParticipants === undefined ? {} : { maxParticipants }),
    ...(opensAtMs === undefined ? {} : { opensAtMs }),
  }
}

/** A meeting as the topology tells it; undefined where there is neither an object nor anybody. */
export function topologyMeetingOf(entry: MeetingEntry | undefined, pools: readonly MediaNodePool[]): TopologyMeeting | undefined {
  if (entry === undefined || (entry.object === undefined && entry.incarnation === undefined)) return undefined
  const { namespace, name, incarnation, ended } = entry
  return {
    namespace,
    name,
    ...(incarnation === undefined || ended !== undefined ? {} : { incarnation }),
    ...ofSpec(entry, pools),
    closed: isClosed(entry),
    nodes: ended === undefined ? [...entry.segments.keys()].toSorted() : [],
  }
}
