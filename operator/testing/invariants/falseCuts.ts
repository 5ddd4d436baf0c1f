import { meetingKey, type MeetingRef } from '../../../sfu/api/identity.ts'
import type { SegmentReport } from '../../../sfu/api/order.ts'
import { nodeStateOf } from '../../ledger/nodes/nodeState.ts'
import type { TakenOrder } from '../fakes/fakeAgents.ts'
import { arrivals } from '../fakes/mediaWays.ts'
import type { Simulation } from '../world/simulation.ts'
import type { Check } from './check.ts'

/** Who hears whom, among the segments with people that were made before `madeBeforeMs` (wall clock): `from to`. */
function heardPairs(points: ReadonlyMap<string, SegmentReport>, madeBeforeMs: number): ReadonlySet<string> {
  const isPeopled = (node: string): boolean => {
    const { participants = [], createdAtMs = Infinity } = points.get(node) ?? {}
    return participants.length > 0 && createdAtMs < madeBeforeMs
  }
  const pairs = [...points.keys()]
    .filter(isPeopled)
    .flatMap((from) => [...arrivals(points, from).keys()].filter(isPeopled).map((to) => `${from} ${to}`))
  return new Set(pairs)
}

/** A segment that is newer when an order is sent has only begun to be heard, and the operator may not know that it is. */
const newForMs = 2_000
/** A cut that is shorter is not counted: orders of one pass reach the nodes one after the other. */
const healsWithinMs = 1_000
/** By then a process that was paused has read all that came meanwhile. */
const catchesUpMs = 1_000

/**
 * No pass of orders takes from anybody what they hear: a replan cuts an old way only when the new one is up. A node that the operator counts as lost,
 * by two signs, may be cut off, and what passes by it; one that was paused has not read yet what it was told meanwhile; and what has only begun is not counted.
 */
export class FalseCuts implements Check {
  readonly faults: string[] = []
  readonly #simulation: Simulation
  readonly #before = new Map<string, SegmentReport>()

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  /** A node is about to follow an order. */
  taking(node: string, { meeting }: Pick<TakenOrder, 'meeting'>): void {
    if (meeting === undefined) return
    const report = this.#simulation.nodes.get(node)?.get(meeting)
    this.#before.delete(`${node} ${meetingKey(meeting)}`)
    if (report === undefined) return
    // A pipe that broke a moment ago may not be told of yet; it is not the order that cuts it.
    const peers = report.peers.map((peer) => ({ ...peer, up: peer.up && this.#simulation.reaches(node, peer.node) }))
    this.#before.set(`${node} ${meetingKey(meeting)}`, { ...report, peers })
  }

  taken({ node, meeting, verb, epoch, generation, onTheWayMs = 0 }: TakenOrder, operator: string): void {
    if (meeting === undefined || verb !== 'put') return
    const before = this.#before.get(`${node} ${meetingKey(meeting)}`)
    const all = [...this.#simulation.wayPoints(meeting)]
    const points = new Map(all.filter(([each]) => each === node || !this.#isLost(each, operator)))
    if (before === undefined || !points.has(node) || this.#isBehind(operator)) return
    const madeBeforeMs = this.#simulation.clock.nowMs() - onTheWayMs - newForMs
    const now = heardPairs(points, madeBeforeMs)
    const counts = (pair: string): boolean => pair.split(' ').every((each) => !this.#isLost(each, operator))
    const cut = [...heardPairs(new Map([...points, [node, before]]), madeBeforeMs)].filter(
      (pair) => !now.has(pair) && counts(pair),
    )
    if (cut.length === 0) return
    const order = `${epoch}/${generation} of ${operator} at ${node}`
    this.#simulation.clock.after(healsWithinMs, () => this.#stillCut(meeting, cut.filter(counts), order))
  }

  /** Orders of one pass reach the nodes one after the other; what they cut between them is whole again when all have come. */
  #stillCut(meeting: MeetingRef, cut: readonly string[], order: string): void {
    const points = this.#simulation.wayPoints(meeting)
    const now = heardPairs(points, Infinity)
    const open = (from: string, to: string): boolean => this.#simulation.reaches(from, to) && this.#simulation.reaches(to, from)
    const still = cut.filter((pair) => {
      const [from = '', to = ''] = pair.split(' ')
      return !now.has(pair) && open(from, to) && [from, to].every((each) => (points.get(each)?.participants ?? []).length > 0)
    })
    if (still.length === 0) return
    this.faults.push(`${order} cuts ${meeting.name}: ${still.map((pair) => pair.replace(' ', ' to ')).join(', ')}`)
  }

  #isBehind(operator: string): boolean {
    const { clock, resumedAtMs } = this.#simulation
    return clock.monotonicMs() - (resumedAtMs.get(operator) ?? -Infinity) < catchesUpMs
  }

  #isLost(node: string, operator: string): boolean {
    const teller = this.#simulation.operators.get(operator)
    const entry = teller?.world.ledger.nodes.get(node)
    return entry === undefined || nodeStateOf(entry, teller?.clock.monotonicMs() ?? 0).state === 'lost'
  }
}
