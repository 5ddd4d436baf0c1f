import type { Segment } from '../ledger/meetings/meetingEntry.ts'
import type { NodeEntry } from '../ledger/nodes/nodeEntry.ts'
import { loadFor, whyNot } from './filters.ts'
import { whyNotPool } from './poolRefused.ts'
import { poolsFor } from './pools.ts'
import { refusalOf } from './rules.ts'
import { inHundredths } from './sentences.ts'
import { maySpread, spreadInWords } from './spread.ts'
import { edgeVersionOf } from './standing.ts'
import type { Decision, PlacementView, Wish } from './view.ts'

/** What becomes of a wish for one certain node. */
export type DecisionOn =
  | Extract<Decision, { result: 'placed' | 'refused' }>
  | { readonly result: 'tryAfter'; readonly code: 'node_refuses' | 'nodes_full'; readonly reason: string }

const refuses = (reason: string): DecisionOn => ({ result: 'tryAfter', code: 'node_refuses', reason })

/** What keeps the node from taking them beside the rules of the meeting, or the segment that takes them. */
function standingOn(view: PlacementView, wish: Wish, node: NodeEntry): { segment: Segment | undefined } | DecisionOn {
  const there = view.meeting?.segments.get(node.name)
  const segment = there?.closing === true ? undefined : there
  const why = whyNot({ node, segment, wish, nowMs: view.nowMs, edgeVersion: edgeVersionOf(view) })
  if (why !== undefined) return refuses(`${node.name}: ${why}`)
  if (segment !== undefined || maySpread(view)) return { segment }
  return { result: 'tryAfter', code: 'nodes_full', reason: spreadInWords(view) }
}

/** Why the meeting does not use the node's pool. */
function whyNoPool(view: PlacementView, wish: Wish, { object }: NodeEntry): string {
  const pool = view.pools.find(({ metadata }) => metadata.name === object.spec.pool)
  return (pool && whyNotPool(view, wish, pool)) ?? `its pool ${object.spec.pool} does not exist`
}

/** Judges whether one certain node takes a participant of a meeting that stands: by the rules and filters that every placement passes. */
export function placeOn(view: PlacementView, wish: Wish, node: NodeEntry): DecisionOn {
  const refusal = view.meeting === undefined ? undefined : refusalOf(view.meeting, wish, view)
  if (refusal !== undefined) return { result: 'refused', ...refusal }
  const choice = poolsFor(view, wish)
  if ('code' in choice) return { result: 'refused', ...choice }
  const pool = choice.pools.find(({ metadata }) => metadata.name === node.object.spec.pool)
  if (pool === undefined) return refuses(`${node.name}: ${whyNoPool(view, wish, node)}`)
  const standing = standingOn(view, wish, node)
  if ('result' in standing) return standing
  const { segment } = standing
  const load = inHundredths(loadFor({ node, segment, nowMs: view.nowMs }))
  const { region } = pool.spec
  const reason = `${segment === undefined ? 'takes a segment of it' : 'hosts the meeting'} in ${region} (load ${load})`
  return { result: 'placed', node, region, segment, reason, why: `somebody was moved there (load ${load})` }
}
