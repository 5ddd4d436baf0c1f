import type { SegmentReport, SegmentRole } from '../../../sfu/api/order.ts'

/** A segment as media sees it: who it is, and which pipes it has. */
export type WayPoint = Pick<SegmentReport, 'role' | 'peers'>

/** Segments of one meeting, by their nodes. */
export type WayPoints = ReadonlyMap<string, WayPoint>

/**
 * Whether a segment passes on to one peer what comes from another, by the rule of sfu/api/order.ts: a core to its leaves what it hears from
 * anybody, and to other cores only its leaves'; a leaf nothing. What is its own goes to all.
 */
export const passesOn = ({ self, from, to }: Readonly<Record<'self' | 'from' | 'to', SegmentRole | undefined>>): boolean =>
  self === 'core' && (from === 'leaf' || to === 'leaf')

/** The peers to which a segment's pipes are up at both ends. */
function pipesOf(points: WayPoints, node: string, heedLeaving: boolean): readonly string[] {
  const open = (from: string, to: string): boolean =>
    points.get(from)?.peers.some((peer) => peer.node === to && peer.up && !(heedLeaving && peer.leaving !== undefined)) === true
  return (points.get(node)?.peers ?? []).map((peer) => peer.node).filter((peer) => open(node, peer) && open(peer, node))
}

/**
 * How often what `origin` sends arrives at each other segment, by {@link passesOn}. With `withoutLeaving` the edges that are called leaving
 * carry nothing.
 */
export function arrivals(
  points: WayPoints,
  origin: string,
  options: { readonly withoutLeaving?: boolean } = {},
): ReadonlyMap<string, number> {
  const times = new Map<string, number>()
  const roleOf = (node: string): SegmentRole | undefined => points.get(node)?.role
  const peersOf = (node: string): readonly string[] => pipesOf(points, node, options.withoutLeaving ?? false)
  const steps = peersOf(origin).map((at) => ({ from: origin, at }))
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    const { from, at } = step
    if (at === origin) continue
    times.set(at, (times.get(at) ?? 0) + 1)
    for (const to of peersOf(at)) {
      if (to !== from && passesOn({ self: roleOf(at), from: roleOf(from), to: roleOf(to) })) steps.push({ from: at, at: to })
    }
  }
  return times
}

/** Whether all that comes to `node` by the edge from `peer` also comes by edges that stay. */
export function isSpare(points: WayPoints, node: string, peer: string): boolean {
  const by = (origin: string): boolean => arrivals(points, origin).has(node)
  const stays = (origin: string): boolean => arrivals(points, origin, { withoutLeaving: true }).has(node)
  const reached = new Set([peer, ...points.keys()].filter((origin) => origin !== node && by(origin)))
  return [...reached].every(stays)
}
