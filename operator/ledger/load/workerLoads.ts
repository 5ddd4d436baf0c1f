import type { WorkerLoad } from '../../../sfu/api/load.ts'
import { packetsPerSecondOfCore } from './bitRates.ts'
import type { Cost } from './cost.ts'
import { NumberTable } from '../collections/numberTable.ts'

/** What is kept of a worker's load. */
export type MeasuredWorker = Pick<WorkerLoad, 'cpu' | 'consumers'>
type WorkerCost = Pick<Cost, 'packetsPerSecond' | 'consumers'>

// Columns of a worker's row: what is measured, and what is reserved.
const cpu = 0
const consumers = 1
const packetsReserved = 2
const consumersReserved = 3

const at = (cells: Float64Array, cell: number): number => cells[cell] ?? 0

/** The loads of all workers of all media nodes, by row: CPU and consumers, measured and reserved. The workers of a node stand in a row. */
export class WorkerLoads {
  readonly #table = new NumberTable(4)

  /** The row of the first of so many workers. */
  add(count: number): number {
    return this.#table.addRows(count)
  }

  measure(row: number, load: MeasuredWorker): void {
    const cell = row * this.#table.width
    this.#table.set(cell + cpu, load.cpu)
    this.#table.set(cell + consumers, load.consumers)
  }

  measuredOn(row: number): MeasuredWorker {
    const cell = row * this.#table.width
    return { cpu: this.#table.at(cell + cpu), consumers: this.#table.at(cell + consumers) }
  }

  /** What is reserved on so many workers together. */
  reservedOn(first: number, count: number): WorkerCost {
    const cost = { packetsPerSecond: 0, consumers: 0 }
    for (let cell = first * this.#table.width; cell < (first + count) * this.#table.width; cell += this.#table.width) {
      cost.packetsPerSecond += this.#table.at(cell + packetsReserved)
      cost.consumers += this.#table.at(cell + consumersReserved)
    }
    return cost
  }

  /** Adds to what is reserved, or with the sign -1 takes it away. */
  reserve(row: number, cost: WorkerCost, sign: 1 | -1): void {
    const cell = row * this.#table.width
    this.#table.add(cell + packetsReserved, sign * cost.packetsPerSecond)
    this.#table.add(cell + consumersReserved, sign * cost.consumers)
  }

  /** The share of a core, with what is reserved and so many packets a second more. */
  cpuShare(row: number, morePackets: number): number {
    const cell = row * this.#table.width
    const reserved = this.#table.at(cell + packetsReserved) + morePackets
    return this.#table.at(cell + cpu) + reserved / packetsPerSecondOfCore
  }

  /** How many consumers there are, with those that are reserved. */
  consumersOn(row: number): number {
    const cell = row * this.#table.width
    return this.#table.at(cell + consumers) + this.#table.at(cell + consumersReserved)
  }

  /** Which of so many workers is the least loaded; of several the first, and undefined where there is none. */
  leastLoaded(first: number, count: number, consumerPart: number): number | undefined {
    let least: number | undefined
    let leastLoad = Number.POSITIVE_INFINITY
    for (let index = 0; index < count; index++) {
      const load = Math.max(this.cpuShare(first + index, 0), this.consumersOn(first + index) * consumerPart)
      if (load >= leastLoad) continue
      least = index
      leastLoad = load
    }
    return least
  }

  /** The load of the least loaded of so many workers, in one go; `consumerPart`: which share of a worker one consumer is. 1 where there is none. */
  leastOf(first: number, count: number, consumerPart: number): number {
    const { cells, width } = this.#table
    const begin = first * width
    const end = begin + count * width
    let least = begin === end ? 1 : Number.POSITIVE_INFINITY
    for (let cell = begin; cell < end; cell += width) {
      const ofCpu = at(cells, cell + cpu) + at(cells, cell + packetsReserved) / packetsPerSecondOfCore
      const ofConsumers = (at(cells, cell + consumers) + at(cells, cell + consumersReserved)) * consumerPart
      least = Math.min(least, Math.max(ofCpu, ofConsumers))
    }
    return least
  }

  /** What is measured of the worst of so many workers; nothing reserved is in it. */
  worstOf(first: number, count: number, consumerPart: number): number {
    const { cells, width } = this.#table
    let worst = 0
    for (let cell = first * width; cell < (first + count) * width; cell += width)
      worst = Math.max(worst, at(cells, cell + cpu), at(cells, cell + consumers) * consumerPart)
    return worst
  }
}
