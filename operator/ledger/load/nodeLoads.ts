import type { NodeCapacity, NodeLoad } from '../../../sfu/api/load.ts'
import { packetsPerSecondOfCore } from './bitRates.ts'
import { noCost, type Cost } from './cost.ts'
import type { Loads, Shelf } from './loadOrder.ts'
import type { MeasuredLoad, Resource, Spot } from './nodeMeasures.ts'
import {
  bound,
  consumerShare,
  egress,
  egressReserved,
  egressShare,
  firstWorker,
  ingress,
  ingressReserved,
  ingressShare,
  newSegment,
  participants,
  ports,
  portShare,
  portsReserved,
  workers,
  workersKept,
} from './nodeRow.ts'
import { NumberTable } from '../collections/numberTable.ts'
import type { PoolOrder } from './poolOrder.ts'
import { WorkerLoads } from './workerLoads.ts'

const workersAtMost = 64

const at = (cells: Float64Array, cell: number): number => cells[cell] ?? 0

/**
 * The loads of all media nodes by number, measured and reserved, by resource: CPU and consumers a worker, bits and pipe ports a node. Each
 * is summed as a share of what is carried, and the worst one is the load. A join reserves on every node of its meeting and gives it back
 * seconds later; that touches these dense lists and none of the nodes. No number is given twice: what is still reserved for a node that
 * has gone falls on nobody.
 */
export class NodeLoads<T extends { readonly name: string; readonly newSegmentLoad: number }> implements Shelf<T>, Loads {
  readonly items: (T | undefined)[] = []
  readonly places: number[] = []
  readonly #orders: (PoolOrder<T> | undefined)[] = []
  readonly #nodes = new NumberTable(16)
  readonly #workers = new WorkerLoads()

  /** A number for a node, which stands in no order yet. */
  add(node: T): number {
    const number = this.#nodes.addRows(1)
    this.#refresh(number * this.#nodes.width)
    this.bind(number, Number.NEGATIVE_INFINITY)
    this.items.push(node)
    this.places.push(-1)
    this.#orders.push(undefined)
    return number
  }

  /** The node has gone. */
  remove(number: number): void {
    this.moveTo(number, undefined)
    this.items[number] = undefined
  }

  /** The pool in whose order the node stands when it takes new segments; none for one that goes. */
  moveTo(number: number, order: PoolOrder<T> | undefined): void {
    const before = this.#orders[number]
    if (before === order) return
    this.close(number)
    this.#orders[number] = order
    if (before !== undefined) before.members -= 1
    if (order !== undefined) order.members += 1
  }

  /** The node takes new segments: it stands in its pool's order by its load. */
  open(number: number): void {
    const order = this.#orders[number]
    if (!this.isOpen(number) || this.#isNews(number)) order?.set(number)
    // A little with each beat: so a pool in which nobody is placed for long does not leave it all to the next placement.
    else order?.settle()
  }

  /** Whether the node stands in its pool's order. */
  isOpen(number: number): boolean {
    return (this.places[number] ?? -1) >= 0
  }

  /** The node takes no new segments for now. */
  close(number: number): void {
    this.#orders[number]?.delete(number)
  }

  /** What the node carries at most. */
  introduce(number: number, capacity: NodeCapacity): void {
    const row = number * this.#nodes.width
    this.#nodes.set(row + egressShare, 1 / capacity.egressBitsPerSecond)
    this.#nodes.set(row + ingressShare, 1 / capacity.ingressBitsPerSecond)
    this.#nodes.set(row + portShare, 1 / capacity.pipePorts)
    this.#nodes.set(row + consumerShare, 1 / capacity.consumersPerWorker)
    this.#refresh(row)
  }

  /** Notes what was measured; `open` and `close` put the node where it belongs. */
  measure(number: number, load: NodeLoad): void {
    const row = number * this.#nodes.width
    this.#nodes.set(row + egress, load.egressBitsPerSecond)
    this.#nodes.set(row + ingress, load.ingressBitsPerSecond)
    this.#nodes.set(row + ports, load.pipePorts)
    this.#nodes.set(row + participants, load.participants)
    let worker = this.#rowFor(row, load.workers.length)
    for (const each of load.workers) this.#workers.measure(worker++, each)
    this.#refresh(row)
  }

  /** What was measured counts no more: the node counts as full until it is measured again. */
  forget(number: number): void {
    const row = number * this.#nodes.width
    this.#nodes.set(row + workers, 0)
    this.#refresh(row)
  }

  /** Whether the node told a load that counts. */
  isMeasured(number: number): boolean {
    return this.#nodes.at(number * this.#nodes.width + workers) > 0
  }

  /** What is measured of the worst worker or resource of a node that is; nothing reserved is in it. */
  worstShareOf(number: number): number {
    const row = number * this.#nodes.width
    const { cells } = this.#nodes
    return Math.max(
      at(cells, row + egress) * at(cells, row + egressShare),
      at(cells, row + ingress) * at(cells, row + ingressShare),
      at(cells, row + ports) * at(cells, row + portShare),
      this.#workers.worstOf(at(cells, row + firstWorker), at(cells, row + workers), at(cells, row + consumerShare)),
    )
  }

  /** What the node told last; undefined where that counts no more, or it never did. */
  measuredOn(number: number): MeasuredLoad | undefined {
    const row = number * this.#nodes.width
    if (!this.isMeasured(number)) return undefined
    return {
      workers: this.#workersOf(row).map((worker) => this.#workers.measuredOn(worker)),
      egressBitsPerSecond: this.#nodes.at(row + egress),
      ingressBitsPerSecond: this.#nodes.at(row + ingress),
      pipePorts: this.#nodes.at(row + ports),
      participants: this.#nodes.at(row + participants),
    }
  }

  /** Where a cost falls that a worker of the node carries. */
  spotOf(number: number, worker: number | undefined): Spot {
    const row = number * this.#nodes.width
    const isKnown = worker !== undefined && worker < this.#nodes.at(row + workers)
    return { node: number, worker: isKnown ? this.#nodes.at(row + firstWorker) + worker : -1 }
  }

  /** The worker that a new segment will come to, as far as its load says; undefined while nothing is measured. */
  leastLoadedWorker(number: number): number | undefined {
    const row = number * this.#nodes.width
    const [first, count] = [this.#nodes.at(row + firstWorker), this.#nodes.at(row + workers)]
    return this.#workers.leastLoaded(first, count, this.#nodes.at(row + consumerShare))
  }

  /** The load that a new segment meets there, with what is reserved; 1 and more where nothing is measured. */
  loadOf(number: number): number {
    return this.#nodes.at(number * this.#nodes.width + newSegment)
  }

  /** The same for one that brings `more`. */
  forNewSegmentWith(number: number, more: Cost): number {
    const row = number * this.#nodes.width
    const first = this.#nodes.at(row + firstWorker)
    const end = first + this.#nodes.at(row + workers)
    let least = first === end ? 1 : Number.POSITIVE_INFINITY
    for (let worker = first; worker < end; worker++) least = Math.min(least, this.#workerLoad(row, worker, more))
    return Math.max(least, this.#nodeLoad(row, more))
  }

  /** The load that a join meets on a worker, with what is reserved and `more`; of the worst worker where it is not known, 1 where nothing is. */
  forJoin(number: number, worker: number | undefined, more: Cost = noCost): number {
    const row = number * this.#nodes.width
    const first = this.#nodes.at(row + firstWorker)
    const count = this.#nodes.at(row + workers)
    const ofNode = this.#nodeLoad(row, more)
    if (worker !== undefined && worker < count) return Math.max(ofNode, this.#workerLoad(row, first + worker, more))
    let worst = count === 0 ? 1 : ofNode
    for (let each = first; each < first + count; each++) worst = Math.max(worst, this.#workerLoad(row, each, more))
    return worst
  }

  /** A cost, of each resource at most such a share of what the node carries. */
  atMost(number: number, cost: Cost, share: number): Cost {
    const row = number * this.#nodes.width
    const least = (amount: number, ofOne: number): number => Math.min(amount, Math.floor(share / ofOne))
    return {
      packetsPerSecond: least(cost.packetsPerSecond, 1 / packetsPerSecondOfCore),
      consumers: least(cost.consumers, this.#nodes.at(row + consumerShare)),
      egressBitsPerSecond: least(cost.egressBitsPerSecond, this.#nodes.at(row + egressShare)),
      ingressBitsPerSecond: least(cost.ingressBitsPerSecond, this.#nodes.at(row + ingressShare)),
      pipePorts: least(cost.pipePorts, this.#nodes.at(row + portShare)),
    }
  }

  /** What placements of the last seconds will add, on all workers together. */
  reservedOn(number: number): Cost {
    const row = number * this.#nodes.width
    return {
      ...this.#workers.reservedOn(this.#nodes.at(row + firstWorker), this.#nodes.at(row + workers)),
      egressBitsPerSecond: this.#nodes.at(row + egressReserved),
      ingressBitsPerSecond: this.#nodes.at(row + ingressReserved),
      pipePorts: this.#nodes.at(row + portsReserved),
    }
  }

  /** Adds to what is reserved, or with the sign -1 takes it away. */
  reserve({ node, worker }: Spot, cost: Cost, sign: 1 | -1): void {
    const row = node * this.#nodes.width
    this.#nodes.add(row + egressReserved, sign * cost.egressBitsPerSecond)
    this.#nodes.add(row + ingressReserved, sign * cost.ingressBitsPerSecond)
    this.#nodes.add(row + portsReserved, sign * cost.pipePorts)
    if (worker >= 0) this.#workers.reserve(worker, cost, sign)
    this.#refresh(row)
    if (this.#isNews(node)) this.#orders[node]?.set(node)
  }

  /** The node stands in the order of its pool by this bound. */
  bind(number: number, by: number): void {
    this.#nodes.set(number * this.#nodes.width + bound, by)
  }

  /** Each resource's share, with what is reserved: of one worker and the node, of the worst worker where it is not known. */
  sharesOf(number: number, worker: number | undefined): Readonly<Record<Resource, number>> {
    const row = number * this.#nodes.width
    const all = this.#workersOf(row)
    const known = all.filter((_, index) => index === worker)
    const rows = known.length > 0 ? known : all
    return {
      CPU: Math.max(0, ...rows.map((each) => this.#workers.cpuShare(each, 0))),
      consumers: Math.max(0, ...rows.map((each) => this.#consumerShare(row, each, noCost))),
      egress: this.#nodeShare(row, egress, noCost.egressBitsPerSecond),
      ingress: this.#nodeShare(row, ingress, noCost.ingressBitsPerSecond),
      'pipe ports': this.#nodeShare(row, ports, noCost.pipePorts),
    }
  }

  /** Works out anew what a new segment meets. The same as with nothing more, in one go: it comes with each beat of each node. */
  #refresh(row: number): void {
    const { cells } = this.#nodes
    const least = this.#workers.leastOf(at(cells, row + firstWorker), at(cells, row + workers), at(cells, row + consumerShare))
    const ofEgress = (at(cells, row + egress) + at(cells, row + egressReserved)) * at(cells, row + egressShare)
    const ofIngress = (at(cells, row + ingress) + at(cells, row + ingressReserved)) * at(cells, row + ingressShare)
    const ofPorts = (at(cells, row + ports) + at(cells, row + portsReserved)) * at(cells, row + portShare)
    cells[row + newSegment] = Math.max(least, ofEgress, ofIngress, ofPorts)
  }

  /** Whether the order in which the node stands has to know of its load. */
  #isNews(number: number): boolean {
    return this.loadOf(number) < this.#nodes.at(number * this.#nodes.width + bound)
  }

  /** The rows of a node's workers. */
  #workersOf(row: number): readonly number[] {
    const first = this.#nodes.at(row + firstWorker)
    return Array.from({ length: this.#nodes.at(row + workers) }, (_, worker) => first + worker)
  }

  #consumerShare(row: number, worker: number, more: Cost): number {
    return (this.#workers.consumersOn(worker) + more.consumers) * this.#nodes.at(row + consumerShare)
  }

  #workerLoad(row: number, worker: number, more: Cost): number {
    return Math.max(this.#workers.cpuShare(worker, more.packetsPerSecond), this.#consumerShare(row, worker, more))
  }

  #nodeShare(row: number, resource: typeof egress | typeof ingress | typeof ports, more: number): number {
    const cell = row + resource
    return (this.#nodes.at(cell) + this.#nodes.at(cell + egressReserved) + more) * this.#nodes.at(cell + egressShare)
  }

  #nodeLoad(row: number, more: Cost): number {
    return Math.max(
      this.#nodeShare(row, egress, more.egressBitsPerSecond),
      this.#nodeShare(row, ingress, more.ingressBitsPerSecond),
      this.#nodeShare(row, ports, more.pipePorts),
    )
  }

  /** The row of the first of so many workers of a node. There are as many as ever at once: a restart with more of them moves to new rows. */
  #rowFor(row: number, count: number): number {
    const kept = this.#nodes.at(row + workersKept)
    this.#nodes.set(row + workers, count)
    if (count <= kept) return this.#nodes.at(row + firstWorker)
    const keeps = Math.max(count, Math.min(2 * kept, workersAtMost))
    const first = this.#workers.add(keeps)
    this.#nodes.set(row + firstWorker, first)
    this.#nodes.set(row + workersKept, keeps)
    return first
  }
}
