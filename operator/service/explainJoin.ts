import type { Explanation } from '../api/placement.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { NodeEntry } from '../ledger/nodes/nodeEntry.ts'
import { loadFor, loadInWords, whyNot, type Candidate } from '../placement/filters.ts'
import { place } from '../placement/place.ts'
import { whyNotPool } from '../placement/poolRefused.ts'
import { poolsFor } from '../placement/pools.ts'
import { explainRegions } from '../placement/regions.ts'
import { maySpread, spreadInWords } from '../placement/spread.ts'
import { edgeVersionOf } from '../placement/standing.ts'
import type { PlacementView, Wish } from '../placement/view.ts'

/** An explanation is for people: of more nodes than this, the first. */
const nodesAtMost = 200

/** A node as a join finds it, with what it is ordered by. */
interface Found {
  readonly told: Explanation['nodes'][number]
  readonly hosts: boolean
  readonly load: number
  readonly packs: boolean
}

/** Why the node takes nobody of the meeting now; undefined where it does. */
function refusalAt(view: PlacementView, asked: Candidate): string | undefined {
  const pool = view.pools.find(({ metadata }) => metadata.name === asked.node.object.spec.pool)
  const refused = pool === undefined ? undefined : whyNotPool(view, asked.wish, pool)
  if (refused !== undefined) return refused
  return whyNot(asked) ?? (asked.segment === undefined && !maySpread(view) ? spreadInWords(view) : undefined)
}

function find(view: PlacementView, node: NodeEntry, wish: Wish): Found {
  const standing = view.meeting?.segments.get(node.name)
  const segment = standing?.closing === true ? undefined : standing
  const asked = { node, segment, wish, nowMs: view.nowMs, edgeVersion: edgeVersionOf(view) }
  const refusal = refusalAt(view, asked)
  const role = segment === undefined ? 'would open a segment' : 'hosts the meeting'
  return {
    told: {
      node: node.name,
      region: node.region ?? '',
      takes: refusal === undefined,
      why: refusal ?? `${role}, ${loadInWords(asked)}`,
    },
    hosts: segment !== undefined,
    load: loadFor(asked),
    packs: node.packs && segment === undefined,
  }
}

/** In the order of the decision: who takes them at all, the nearer region, a segment that is there, the load, the name. */
function byDecision(regions: readonly string[]): (a: Found, b: Found) => number {
  const rank = ({ told }: Found): number => (regions.indexOf(told.region) + regions.length + 1) % (regions.length + 1)
  return (a, b) =>
    Number(b.told.takes) - Number(a.told.takes) ||
    rank(a) - rank(b) ||
    Number(b.hosts) - Number(a.hosts) ||
    (a.packs && b.packs ? b.load - a.load : a.load - b.load) ||
    (a.told.node < b.told.node ? -1 : 1)
}

function joinOf(view: PlacementView, wish: Wish): Explanation['join'] {
  const decision = place(view, wish)
  const { result, reason } = decision
  return decision.result === 'placed' ? { result, node: decision.node.name, reason } : { result, code: decision.code, reason }
}

/**
 * What somebody who joins now would find: where they would go and why, the regions in their order, and each node with why it takes them or
 * not, in the order in which they would be taken.
 */
export function explainJoin(ledger: Ledger, view: PlacementView, wish: Wish): Pick<Explanation, 'join' | 'regions' | 'nodes'> {
  const choice = poolsFor(view, wish)
  const usable = 'pools' in choice ? choice.pools : []
  const regions = explainRegions(view, usable, wish)
  const found = [...ledger.nodes.all()].map((node) => find(view, node, wish))
  const order = byDecision(regions.map(({ region }) => region))
  const nodes = found.toSorted(order).slice(0, nodesAtMost)
  return { join: joinOf(view, wish), regions: [...regions], nodes: nodes.map(({ told }) => told) }
}
