import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import type { NodeCapacity, NodeLoad } from '../../../sfu/api/load.ts'
import { packetsPerSecondOfCore } from './bitRates.ts'
import { noCost, type Cost } from './cost.ts'
import { NodeLoads } from './nodeLoads.ts'
import type { Spot } from './nodeMeasures.ts'

const capacity: NodeCapacity = { consumersPerWorker: 500, egressBitsPerSecond: 1e9, ingressBitsPerSecond: 5e8, pipePorts: 100 }

interface Reserved {
  readonly spot: Spot
  readonly worker: number | undefined
  readonly cost: Cost
}

/** One node as it is said in the design: each resource summed as a share, the worst one counts; CPU and consumers a worker. */
class Naive {
  load: NodeLoad | undefined
  reserved: Reserved[] = []

  forJoin(worker: number): number {
    return Math.max(this.#ofNode(), this.#ofWorker(worker))
  }

  forNewSegment(): number {
    const workers = this.load?.workers.map((_, worker) => this.#ofWorker(worker)) ?? [1]
    return Math.max(this.#ofNode(), Math.min(...workers))
  }

  #sum(of: keyof Cost, worker?: number): number {
    const there = this.reserved.filter((each) => worker === undefined || each.worker === worker)
    return there.reduce((sum, { cost }) => sum + cost[of], 0)
  }

  #ofNode(): number {
    return Math.max(
      ((this.load?.egressBitsPerSecond ?? 0) + this.#sum('egressBitsPerSecond')) / capacity.egressBitsPerSecond,
      ((this.load?.ingressBitsPerSecond ?? 0) + this.#sum('ingressBitsPerSecond')) / capacity.ingressBitsPerSecond,
      ((this.load?.pipePorts ?? 0) + this.#sum('pipePorts')) / capacity.pipePorts,
    )
  }

  #ofWorker(worker: number): number {
    const { cpu = 0, consumers = 0 } = this.load?.workers[worker] ?? {}
    return Math.max(
      cpu + this.#sum('packetsPerSecond', worker) / packetsPerSecondOfCore,
      (consumers + this.#sum('consumers', worker)) / capacity.consumersPerWorker,
    )
  }
}

const nodes = [0, 1] as const
const named = (name: string) => ({ name, newSegmentLoad: 0 })
const aCost = fc.record({
  packetsPerSecond: fc.nat(5_000),
  consumers: fc.nat(100),
  egressBitsPerSecond: fc.nat(3e8),
  ingressBitsPerSecond: fc.nat(3e8),
  pipePorts: fc.nat(9),
})
const aLoad = fc.record({
  cpus: fc.array(fc.nat(10), { minLength: 2, maxLength: 2 }),
  consumers: fc.nat(300),
  egress: fc.nat(5e8),
  ports: fc.nat(50),
})
const aStep = fc.record({
  node: fc.constantFrom(...nodes),
  worker: fc.nat(1),
  load: fc.option(aLoad, { freq: 2 }),
  cost: aCost,
  gone: fc.nat(6),
})

const asLoad = (of: { cpus: readonly number[]; consumers: number; egress: number; ports: number }): NodeLoad => ({
  atMs: 0,
  workers: of.cpus.map((tenths, worker) => {
    return { cpu: tenths / 10, routers: 0, transports: 0, producers: 0, consumers: of.consumers * worker }
  }),
  egressBitsPerSecond: of.egress,
  ingressBitsPerSecond: 0,
  pipes: of.ports,
  pipePorts: of.ports,
  participants: of.consumers,
})

/** Two nodes, twice: as the ledger keeps them, and as one would work them out. */
class Both {
  readonly loads = new NodeLoads<{ name: string; newSegmentLoad: number }>()
  readonly naive = nodes.map(() => new Naive())

  constructor() {
    for (const node of nodes) {
      this.loads.introduce(this.loads.add(named(`n${node}`)), capacity)
      this.measure(node, { cpus: [0, 0], consumers: 0, egress: 0, ports: 0 })
    }
  }

  measure(node: number, of: Parameters<typeof asLoad>[0]): void {
    const load = asLoad(of)
    this.loads.measure(node, load)
    for (const its of this.naive.slice(node, node + 1)) its.load = load
  }

  reserve(node: number, worker: number, cost: Cost): void {
    const spot = this.loads.spotOf(node, worker)
    this.loads.reserve(spot, cost, 1)
    this.naive[node]?.reserved.push({ spot, worker, cost })
  }

  giveBack(node: number, count: number): void {
    for (const { spot, cost } of this.naive[node]?.reserved.splice(0, count) ?? []) this.loads.reserve(spot, cost, -1)
  }

  expectSame(): void {
    for (const [node, its] of this.naive.entries()) {
      expect(this.loads.loadOf(node)).toBeCloseTo(its.forNewSegment(), 12)
      for (const worker of [0, 1]) expect(this.loads.forJoin(node, worker)).toBeCloseTo(its.forJoin(worker), 12)
      expect(its.load).toMatchObject({ ...this.loads.measuredOn(node) })
    }
  }
}

test('whatever is measured, reserved and given back, a load is the worst resource, as one would work it out', () => {
  fc.assert(
    fc.property(fc.array(aStep, { maxLength: 40 }), (steps) => {
      const both = new Both()
      for (const { node, worker, load, cost, gone } of steps) {
        if (load !== null) both.measure(node, load)
        both.reserve(node, worker, cost)
        both.giveBack(node, gone)
        both.expectSame()
      }
      for (const node of nodes) both.giveBack(node, steps.length)
      expect(nodes.map((node) => both.loads.reservedOn(node))).toEqual([noCost, noCost])
    }),
  )
})

test('a node that tells another number of workers each time takes no more room than for the most', () => {
  const loads = new NodeLoads<{ name: string; newSegmentLoad: number }>()
  const [liar, other] = [loads.add(named('liar')), loads.add(named('other'))]
  const of = (workers: number): NodeLoad =>
    asLoad({ cpus: Array.from({ length: workers }, () => 3), consumers: 0, egress: 0, ports: 0 })
  const rows = new Set<number>()
  for (let turn = 0; turn < 1_000; turn++) {
    loads.measure(liar, of(1 + ((turn * 37) % 64)))
    rows.add(loads.spotOf(liar, 0).worker)
  }
  loads.measure(other, of(1))
  expect(rows.size).toBeLessThan(8)
  expect(loads.spotOf(other, 0).worker).toBeLessThanOrEqual(192)
  expect(loads.loadOf(other)).toBe(0.3)
})

test('before anything is measured, and after a restart, a node counts as full', () => {
  const loads = new NodeLoads<{ name: string; newSegmentLoad: number }>()
  const node = loads.add(named('a'))
  loads.introduce(node, capacity)
  expect([loads.loadOf(node), loads.forJoin(node, 0), loads.leastLoadedWorker(node)]).toEqual([1, 1, undefined])
  expect([loads.isMeasured(node), loads.measuredOn(node)]).toEqual([false, undefined])
  loads.measure(node, asLoad({ cpus: [5, 2], consumers: 0, egress: 0, ports: 0 }))
  expect([loads.loadOf(node), loads.forJoin(node, 0), loads.leastLoadedWorker(node)]).toEqual([0.2, 0.5, 1])
  expect(loads.measuredOn(node)?.workers.map(({ cpu }) => cpu)).toEqual([0.5, 0.2])
  loads.forget(node)
  expect([loads.isMeasured(node), loads.measuredOn(node)]).toEqual([false, undefined])
  expect([loads.loadOf(node), loads.forJoin(node, 0), loads.leastLoadedWorker(node)]).toEqual([1, 1, undefined])
})

test('a join to a worker that the node does not have meets its worst one', () => {
  const loads = new NodeLoads<{ name: string; newSegmentLoad: number }>()
  const node = loads.add(named('a'))
  loads.introduce(node, capacity)
  loads.measure(node, asLoad({ cpus: [5, 2], consumers: 0, egress: 0, ports: 0 }))
  expect(loads.forJoin(node, 9)).toBe(0.5)
  expect(loads.forJoin(node, undefined)).toBe(0.5)
  expect(loads.spotOf(node, 9)).toEqual({ node, worker: -1 })
})
