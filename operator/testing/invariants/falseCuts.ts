import { meetingKey } from '../../../sfu/api/identity.ts'
import type { SegmentReport } from '../../../sfu/api/order.ts'
import type { TakenOrder } from '../fakeAgents.ts'
import { arrivals, type WayPoints } from '../mediaWays.ts'
import type { Simulation } from '../simulation.ts'
import type { Check } from './check.ts'

/** Who hears whom: `from to`. */
function heardPairs(points: WayPoints): ReadonlySet<string> {
  const pairs = [...points.keys()].flatMap((from) => [...arrivals(points, from).keys()].map((to) => `${from} ${to}`))
  return new Set(pairs)
}

/** No order takes from anybody what they hear: a replan cuts an old way only when the new one is up. */
export class FalseCuts implements Check {
  readonly faults: string[] = []
  readonly #simulation: Simulation
  readonly #before = new Map<string, SegmentReport>()

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  /** A node is about to follow an order. */
  taking(node: string, { meeting }: Pick<TakenOrder, 'meeting'>): void {
    const report = meeting && this.#simulation.nodes.get(node)?.get(meeting)
    if (meeting !== undefined && report !== undefined) this.#before.set(`${node} ${meetingKey(meeting)}`, report)
  }

  taken({ node, meeting, verb, epoch, generation }: TakenOrder, operator: string): void {
    if (meeting === undefined || verb !== 'put') return
    const before = this.#before.get(`${node} ${meetingKey(meeting)}`)
    const points = this.#simulation.wayPoints(meeting)
    if (before === undefined || !points.has(node)) return
    const now = heardPairs(points)
    const cut = [...heardPairs(new Map([...points, [node, before]]))].filter((pair) => !now.has(pair))
    if (cut.length === 0) return
    const pairs = cut.map((pair) => pair.replace(' ', ' to ')).join(', ')
    this.faults.push(`${epoch}/${generation} of ${operator} cuts ${meeting.name} at ${node}: ${pairs}`)
  }
}
