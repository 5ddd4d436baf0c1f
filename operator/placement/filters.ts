import { negative } from '../ledger/load/cost.ts'
import { workerOf, type Segment } from '../ledger/meetings/meetingEntry.ts'
import type { NodeEntry } from '../ledger/nodes/nodeEntry.ts'
import { isStale, nodeStateOf } from '../ledger/nodes/nodeState.ts'
import { inHundredths } from './sentences.ts'
import type { Wish } from './view.ts'

/** Load up to which a node takes new segments (edumeet: 0.6). */
export const acceptLimit = 0.6
/** Load up to which a segment takes one more participant (Jitsi calls a bridge overloaded at 0.8). */
export const joinLimit = 0.8

/** A media node that is asked whether it takes this participant: into `segment`, or into a new one. */
export interface Candidate {
  readonly node: NodeEntry
  readonly segment: Segment | undefined
  readonly wish: Wish
  readonly nowMs: number
  /** Of the contract between media nodes that the meeting stands on; undefined where it stands nowhere. */
  readonly edgeVersion: number | undefined
}

interface Filter {
  readonly name: string
  readonly refuses: (candidate: Candidate) => string | undefined
}

/** The load that the participant would meet on the node, with what is reserved, but for what is kept free for their own meeting. */
export function loadFor({ node, segment, nowMs }: Pick<Candidate, 'node' | 'segment' | 'nowMs'>): number {
  if (segment === undefined) return node.newSegmentLoad
  const { toCome } = segment
  const worker = workerOf(segment)
  if (toCome === undefined || toCome.untilMs <= nowMs) return node.joinLoad(worker)
  return node.joinLoad(worker, negative(toCome.cost, { ofWorker: toCome.worker === worker }))
}

/** The resource that makes a node's load, in words. */
function worstOf({ node, segment }: Pick<Candidate, 'node' | 'segment'>): string {
  const shares = node.sharesOf(segment === undefined ? node.leastLoadedWorker : workerOf(segment))
  const [worst] = Object.entries(shares).toSorted(([, a], [, b]) => b - a)
  return worst?.[0] ?? 'nothing known'
}

/** From here on it is told how much of a load is not measured: nobody would find it on the node. */
const reservedTold = 0.1

/** A node's load as people read it: how much, of what, and how much of it is kept for people who are expected or were let in a moment ago. */
export function loadInWords(candidate: Pick<Candidate, 'node' | 'segment' | 'nowMs'>): string {
  const load = loadFor(candidate)
  const reserved = load - (candidate.node.worstShare ?? load)
  const told = reserved < reservedTold ? '' : ` (${inHundredths(reserved)} reserved)`
  return `load ${inHundredths(load)}, of ${worstOf(candidate)}${told}`
}

/** What keeps a media node from taking this participant. The first refusal is the reason that people read, so order is meaning. */
export const filters: readonly Filter[] = [
  {
    name: 'excluded',
    refuses: ({ node, wish }) =>
      wish.excludeNodes?.includes(node.name) === true ? 'it just failed this participant' : undefined,
  },
  {
    name: 'state',
    refuses({ node, nowMs }) {
      if (node.isOpen && !isStale(node, nowMs)) return undefined
      const { state, why } = nodeStateOf(node, nowMs)
      return state === 'ready' ? undefined : why
    },
  },
  {
    name: 'leaving',
    refuses: ({ node: { leaving } }) => (leaving === undefined ? undefined : `it is about to be emptied: ${leaving}`),
  },
  {
    name: 'pool',
    refuses: ({ node }) => (node.region === undefined ? `its pool ${node.object.spec.pool} does not exist` : undefined),
  },
  {
    name: 'version',
    refuses: ({ node, segment, edgeVersion }) =>
      segment !== undefined || edgeVersion === undefined || node.edgeVersion === edgeVersion
        ? undefined
        : `speaks version ${node.edgeVersion} with other media nodes; the meeting stands on version ${edgeVersion}`,
  },
  { name: 'measured', refuses: ({ node }) => (node.isMeasured ? undefined : 'its load is not known yet') },
  {
    name: 'load',
    refuses(candidate) {
      const load = loadFor(candidate)
      const limit = candidate.segment === undefined ? acceptLimit : joinLimit
      if (load < limit) return undefined
      return `${loadInWords(candidate)}, at most ${limit} for ${candidate.segment === undefined ? 'new segments' : 'joins'}`
    },
  },
]

/** The first reason why the node does not take the participant; undefined when it does. */
export function whyNot(candidate: Candidate): string | undefined {
  for (const { refuses } of filters) {
    const reason = refuses(candidate)
    if (reason !== undefined) return reason
  }
  return undefined
}
