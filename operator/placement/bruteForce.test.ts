import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import type { NodeEntry } from '../ledger/nodes/nodeEntry.ts'
import { nodeStateOf } from '../ledger/nodes/nodeState.ts'
import { ALedger, outcomeOf } from '../testing/aLedger.ts'
import { acceptLimit, loadFor, whyNot } from './filters.ts'
import { wouldBeMade } from './pools.ts'
import type { PlacementView, Wish } from './view.ts'

const pools = { eu: 'eu-west', eu2: 'eu-west', us: 'us-east' } as const
/** The nodes of this one are filled one after the other. */
const packing = 'eu2'
const addPool = (world: ALedger, name: keyof typeof pools): ALedger =>
  world.pool(name, pools[name], name === packing ? { placement: 'pack' } : {})
const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

const lightest = <T extends { node: NodeEntry; load: number }>(all: readonly T[]): T | undefined =>
  all.toSorted((a, b) => a.load - b.load || (a.node.name < b.node.name ? -1 : 1))[0]

const fullest = <T extends { node: NodeEntry; load: number }>(all: readonly T[]): T | undefined =>
  all.toSorted((a, b) => b.load - a.load || (a.node.name < b.node.name ? -1 : 1))[0]

/** Nodes that stand in a pool's order, found by looking at all. */
const takingWork = (world: ALedger, pool: string): readonly NodeEntry[] =>
  [...world.ledger.nodes.all()]
    .filter((node) => node.object.spec.pool === pool && node.region !== undefined && node.load !== undefined)
    .filter((node) => nodeStateOf(node, world.nowMs).state === 'ready')

/** Nodes of one pool in the order in which they take new segments: of one that packs, those with room come before those without. */
function inOrder(nodes: readonly NodeEntry[]): readonly NodeEntry[] {
  const room = (node: NodeEntry): number => (node.newSegmentLoad < acceptLimit ? 0 : 1)
  const byName = (a: NodeEntry, b: NodeEntry): number => (a.name < b.name ? -1 : 1)
  return nodes.toSorted((a, b) => {
    const rising = a.newSegmentLoad - b.newSegmentLoad
    if (a.object.spec.pool !== packing || b.object.spec.pool !== packing) return rising || byName(a, b)
    return room(a) - room(b) || (room(a) === 0 ? -rising : rising) || byName(a, b)
  })
}

/** Where a participant goes, by asking every node and every segment of every region. */
class BruteForce {
  readonly #world: ALedger
  readonly #view: PlacementView
  readonly #wish: Wish

  constructor(world: ALedger, view: PlacementView, wish: Wish) {
    this.#world = world
    this.#view = view
    this.#wish = wish
  }

  place(): string {
    const all = [...new Set(this.#view.pools.map(({ spec }) => spec.region))]
    const ranked = all.map((region) => ({ region, rank: this.#rank(region) })).toSorted((a, b) => compare(a.rank, b.rank))
    for (const { region } of ranked) {
      const opened = this.#view.pools.flatMap(({ metadata }) => this.#newSeat(region, metadata.name))
      const found = lightest(this.#seats(region)) ?? lightest(opened)
      if (found !== undefined) return found.node.name
    }
    const ready = this.#view.pools.some(({ metadata }) =>
      takingWork(this.#world, metadata.name).some((node) => this.#isOfVersion(node)),
    )
    return ready ? 'nodes_full' : 'no_node_ready'
  }

  get #segments() {
    return wouldBeMade(this.#view) ? [] : [...(this.#view.meeting?.segments.values() ?? [])]
  }

  /** That of the oldest segment which stays. */
  get #edgeVersion(): number | undefined {
    const hosts = this.#segments.filter(({ closing }) => !closing).map(({ node }) => this.#world.ledger.nodes.get(node))
    return hosts.find((host) => host?.introduction !== undefined)?.edgeVersion
  }

  #isOfVersion(node: NodeEntry): boolean {
    return this.#edgeVersion === undefined || node.edgeVersion === this.#edgeVersion
  }

  #rank(region: string): readonly (number | string)[] {
    const nodes = this.#view.pools
      .filter(({ spec }) => spec.region === region)
      .flatMap(({ metadata }) => takingWork(this.#world, metadata.name).filter((node) => this.#isOfVersion(node)))
    const hosts = [...(this.#view.meeting?.segments.keys() ?? [])].some(
      (node) => this.#world.ledger.nodes.get(node)?.region === region,
    )
    const rttMs = (this.#wish.rttsMs?.[region] ?? Number.POSITIVE_INFINITY) * (hosts ? 0.75 : 1)
    const next = this.#view.pools.flatMap(
      ({ metadata }) => inOrder(nodes.filter(({ object }) => object.spec.pool === metadata.name))[0] ?? [],
    )
    return [
      rttMs,
      this.#wish.region === region ? 0 : 1,
      hosts ? 0 : 1,
      Math.min(...next.map(({ newSegmentLoad }) => newSegmentLoad)),
      region,
    ]
  }

  #seats(region: string) {
    return this.#segments.flatMap((segment) => {
      const node = this.#world.ledger.nodes.get(segment.node)
      if (node?.region !== region || segment.closing) return []
      const candidate = { node, segment, wish: this.#wish, nowMs: this.#view.nowMs, edgeVersion: this.#edgeVersion }
      return whyNot(candidate) === undefined ? [{ node, load: loadFor(candidate) }] : []
    })
  }

  /** The node of one pool for a new segment. */
  #newSeat(region: string, pool: string) {
    const taking = [...this.#world.ledger.nodes.all()].flatMap((node) => {
      const stands = this.#segments.some((segment) => segment.node === node.name && !segment.closing)
      const candidate = { node, segment: undefined, wish: this.#wish, nowMs: this.#view.nowMs, edgeVersion: this.#edgeVersion }
      if (node.object.spec.pool !== pool || node.region !== region) return []
      return stands || whyNot(candidate) !== undefined ? [] : [{ node, load: node.newSegmentLoad }]
    })
    return (pool === packing ? fullest(taking) : lightest(taking)) ?? []
  }
}

function compare(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  for (const [index, ofA] of a.entries()) {
    const ofB = b[index] ?? ofA
    if (ofA !== ofB) return ofA < ofB ? -1 : 1
  }
  return 0
}

/** What the orders by load hold, against all nodes that take work, sorted. */
function expectOrders(world: ALedger): void {
  for (const each of Object.keys(pools)) {
    const sorted = inOrder(takingWork(world, each))
    expect([...world.ledger.nodes.open(each).inOrder()].map(({ name }) => name)).toEqual(sorted.map(({ name }) => name))
    const open = [...world.ledger.nodes.inPool(each)].filter(({ isOpen }) => isOpen)
    expect(new Set(open)).toEqual(new Set(sorted))
  }
}

/** What a pool counts, against all its nodes, looked at. */
function expectCounts(world: ALedger): void {
  for (const each of Object.keys(pools)) {
    const all = [...world.ledger.nodes.all()].filter(({ object }) => object.spec.pool === each)
    const ready = all.filter((it) => nodeStateOf(it, world.nowMs).state === 'ready')
    const loads = ready.flatMap(({ worstShare }) => (worstShare === undefined ? [] : [Math.floor(worstShare * 100 + 1e-9) / 100]))
    expect(world.ledger.nodes.countsOf(each)).toEqual({
      nodes: all.length,
      ready: ready.length,
      draining: all.filter(({ object }) => object.spec.drain !== undefined).length,
      worstLoad: loads.toSorted((a, b) => b - a)[0],
    })
  }
}

interface AJoin extends Pick<Wish, 'region' | 'rttsMs' | 'excludeNodes'> {
  readonly meeting: string
  readonly who: number
}

/** Where a decision by asking every node would have somebody: away from what failed them lately, if there is somewhere else. */
function whereTo(world: ALedger, { view, wish }: { view: PlacementView; wish: Wish }): string {
  if (view.pools.length === 0) return view.meeting === undefined ? 'meeting_unknown' : 'no_pool'
  const avoided = (view.meeting?.avoidedBy(wish.participant, view.nowMs) ?? []).map(({ node }) => node)
  const away = { ...wish, excludeNodes: [...(wish.excludeNodes ?? []), ...avoided] }
  const found = new BruteForce(world, view, away).place()
  return found === 'nodes_full' || found === 'no_node_ready' ? new BruteForce(world, view, wish).place() : found
}

/** Joins, to where a decision by asking every node would have it. */
function expectJoin(world: ALedger, { meeting, who, ...wish }: AJoin): void {
  const should = whereTo(world, world.look(meeting, `p${who}`, wish))
  expect(outcomeOf(world.join(meeting, `p${who}`, wish).decision)).toBe(should)
}

/** A step of a history: `what` and `it` are what a counterexample prints. */
const step = <T>(what: string, it: T, happen: (world: ALedger, it: T) => unknown) => ({
  what,
  it,
  happen: (world: ALedger) => void happen(world, it),
})

const node = fc.constantFrom(...names)
const cpu = fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10)
const cordoned = fc.boolean()
const edgeVersion = fc.constantFrom(undefined, undefined, 2)
const pool = fc.constantFrom('eu' as const, 'eu2' as const, 'us' as const)
const drained = fc.constantFrom(undefined, undefined, undefined, 'repair')
const aNode = fc.record({ node, pool: fc.oneof(pool, fc.constant('gone')), cpu, cordoned, drained, edgeVersion })
const aPause = fc.record({ ms: fc.constantFrom(500, 2_500, 21_000, 71_000), beats: fc.boolean() })
const aJoin: fc.Arbitrary<AJoin> = fc.record({
  meeting: fc.constantFrom('x', 'y'),
  who: fc.nat(12),
  region: fc.constantFrom(undefined, 'eu-west', 'us-east', 'mars'),
  rttsMs: fc.constantFrom(undefined, { 'eu-west': 10, 'us-east': 90 }, { 'us-east': 5 }, { 'eu-west': 10, 'us-east': 9 }),
  excludeNodes: fc.subarray(names, { maxLength: 2 }),
})

function pause(world: ALedger, { ms, beats }: { ms: number; beats: boolean }): void {
  world.nowMs += ms
  for (const { name, load } of beats ? world.ledger.nodes.all() : []) world.load(name, load?.workers[0]?.cpu ?? 0)
  world.ledger.sweep(world.nowMs)
}

const aStep = fc.oneof(
  { weight: 8, arbitrary: aJoin.map((it) => step('join', it, expectJoin)) },
  { weight: 3, arbitrary: aNode.map((it) => step('node', it, (world) => world.node(it.node, it))) },
  {
    weight: 4,
    arbitrary: fc.record({ node, cpu }).map((it) => step('load', it, (world) => world.load(it.node, it.cpu))),
  },
  { weight: 2, arbitrary: aPause.map((it) => step('pause', it, pause)) },
  {
    weight: 1,
    arbitrary: fc
      .record({ node, pool, cordoned })
      .map((it) => step('cordon', it, (world) => world.node(it.node, { ...it, heard: false }))),
  },
  { weight: 1, arbitrary: node.map((it) => step('remove', it, ({ ledger, nowMs }) => ledger.removeNode(it, nowMs))) },
  { weight: 1, arbitrary: node.map((it) => step('refused', it, ({ ledger, nowMs }) => ledger.refused(it, nowMs))) },
  {
    weight: 1,
    arbitrary: node.map((it) =>
      step('fault', it, ({ ledger, nowMs }) => ledger.fault(it, { message: 'another answers' }, nowMs)),
    ),
  },
  { weight: 1, arbitrary: pool.map((it) => step('pool', it, (world) => addPool(world, it))) },
  { weight: 1, arbitrary: pool.map((it) => step('no pool', it, ({ ledger, nowMs }) => ledger.removePool(it, nowMs))) },
)

test('whatever happens to the nodes, their orders and counts are right and a decision is the one of asking every node', () => {
  fc.assert(
    fc.property(fc.array(cpu, { maxLength: names.length }), fc.array(aStep, { maxLength: 80, size: 'max' }), (cpus, steps) => {
      const world = new ALedger()
      for (const name of ['eu', 'eu2', 'us'] as const) addPool(world, name)
      for (const [index, load] of cpus.entries()) {
        world.node(names[index] ?? '', { pool: Object.keys(pools)[index % 3] ?? '', cpu: load })
      }
      for (const { happen } of steps) {
        happen(world)
        expectOrders(world)
        expectCounts(world)
      }
    }),
    { numRuns: 200 },
  )
})
