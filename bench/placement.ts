import type { MediaNode, MediaNodePool } from '../crds/index.ts'
import { ulidSource } from '../kit/ids.ts'
import type { NodeLoad } from '../sfu/api/load.ts'
import { commit, placementView } from '../operator/ledger/commit.ts'
import { Ledger } from '../operator/ledger/ledger.ts'
import { place } from '../operator/placement/place.ts'
import type { Wish } from '../operator/placement/view.ts'

/** What one run over so many media nodes measured. Times are those of a decision, its entry into the ledger included. */
export interface PlacementRun {
  readonly nodes: number
  readonly decisions: number
  readonly decisionsPerSecond: number
  readonly meanMicroseconds: number
  readonly p50Microseconds: number
  readonly p99Microseconds: number
}

/** The result of the benchmark. */
export interface PlacementResult {
  readonly benchmark: 'placement'
  readonly runs: readonly PlacementRun[]
  /** Mean time at the most nodes over that at a tenth of them. */
  readonly ratio: number
}

const regions = 10
const startMs = 1_000_000
const wallMs = Date.UTC(2026, 0, 1)
/** Every node gets a join in four seconds, whatever their number: what joins reserve stays far from the limits. */
const joinsPerNodePerSecond = 0.25
const beatPeriodMs = 1_000
/** Of a hundred joins so many go to a new meeting; the others to one of the latest. */
const newMeetingsPercent = 20
const openMeetings = 2_000
/** Unused grants are swept as the operator does it, between decisions. */
const sweepEvery = 5_000
const apiVersion = 'parley.media/v1alpha1' as const
const rights = { publish: ['microphone' as const, 'camera' as const], subscribe: true, hidden: false }

/** A small generator of even numbers in [0, 1), so that every run decides the same (mulberry32). */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const metadata = (name: string) => ({
  name,
  namespace: 'parley-system',
  uid: name,
  resourceVersion: '1',
  generation: 1,
  creationTimestamp: '2026-01-01T00:00:00Z',
})

function loadOf(cpu: number): NodeLoad {
  const worker = { cpu, routers: 10, transports: 100, producers: 100, consumers: 100 }
  return {
    atMs: wallMs,
    workers: [worker, worker],
    egressBitsPerSecond: 0,
    ingressBitsPerSecond: 0,
    pipes: 0,
    pipePorts: 0,
    participants: 0,
  }
}

/** A ledger that knows `count` live media nodes in ten regions, each with some load. */
function aLedger(count: number, random: () => number): { ledger: Ledger; names: readonly string[] } {
  const silent = (): void => undefined
  const ledger = new Ledger({ meeting: silent, node: silent, pool: silent })
  const boot = ulidSource(() => wallMs)
  const capacity = { consumersPerWorker: 500, egressBitsPerSecond: 1e10, ingressBitsPerSecond: 1e10, pipePorts: 1_000 }
  for (let region = 0; region < regions; region++) {
    const spec = { region: `region-${region}`, adHocMeetings: { enabled: true, max: 1_000_000 } }
    const pool: MediaNodePool = { apiVersion, kind: 'MediaNodePool', metadata: metadata(`pool-${region}`), spec }
    ledger.putPool(pool, startMs)
  }
  const names = Array.from({ length: count }, (_, index) => `node-${index}`)
  for (const [index, name] of names.entries()) {
    const spec = { pool: `pool-${index % regions}`, address: `http://${name}:1`, workers: 2, cordoned: false }
    const node: MediaNode = { apiVersion, kind: 'MediaNode', metadata: metadata(name), spec }
    ledger.putNode(node, startMs)
    const agent = { node: name, boot: boot(), version: '1', addresses: [], capacity, highestEpoch: 0, segments: [] }
    ledger.hear(name, { type: 'hello', protocol: 1, ...agent }, startMs)
    ledger.hear(name, { type: 'load', load: loadOf(random() * 0.5) }, startMs)
  }
  return { ledger, names }
}

/** Joins one after the other while all nodes go on telling their load; returns the time of each decision in nanoseconds. */
function measure(count: number, decisions: { warmUp: number; measured: number }): Float64Array {
  const random = generator(count)
  const { ledger, names } = aLedger(count, random)
  const mintUlid = ulidSource(() => wallMs + nowMs - startMs)
  const times = new Float64Array(decisions.measured)
  const betweenMs = 1_000 / (count * joinsPerNodePerSecond)
  const beatsEach = (count * betweenMs) / beatPeriodMs
  let nowMs = startMs
  let beat = 0
  let meetings = 0

  for (let turn = -decisions.warmUp; turn < decisions.measured; turn++) {
    nowMs += betweenMs
    for (const until = (turn + decisions.warmUp + 1) * beatsEach; beat < until; beat++) {
      ledger.hear(names[beat % count] ?? '', { type: 'load', load: loadOf(random() * 0.5) }, nowMs)
    }
    if (turn % sweepEvery === 0) ledger.sweepMeetings(nowMs)
    if (meetings === 0 || random() * 100 < newMeetingsPercent) meetings += 1
    const name = `meeting-${meetings - Math.floor(random() * Math.min(meetings, openMeetings))}`
    const region = `region-${Math.floor(random() * regions)}`
    const wish: Wish = { namespace: 'demo', name, participant: `p-${turn}`, rights, region }
    const begun = process.hrtime.bigint()
    const view = placementView(ledger, wish, nowMs)
    const decision = place(view, wish)
    if (decision.result === 'placed')
      commit(ledger, { decision, wish, view }, { nowMs, wallMs: wallMs + nowMs - startMs, mintUlid })
    const took = Number(process.hrtime.bigint() - begun)
    if (decision.result !== 'placed') throw new Error(`not placed: ${decision.reason}`)
    if (turn >= 0) times[turn] = took
  }
  return times
}

const inMicroseconds = (nanoseconds: number): number => Math.round(nanoseconds / 10) / 100

function summed(nodes: number, times: Float64Array): PlacementRun {
  const sorted = times.toSorted()
  const mean = sorted.reduce((sum, time) => sum + time, 0) / sorted.length
  const at = (quantile: number): number => inMicroseconds(sorted[Math.floor(quantile * (sorted.length - 1))] ?? 0)
  return {
    nodes,
    decisions: sorted.length,
    decisionsPerSecond: Math.round(1e9 / mean),
    meanMicroseconds: inMicroseconds(mean),
    p50Microseconds: at(0.5),
    p99Microseconds: at(0.99),
  }
}

const sizes = [100, 1_000, 10_000] as const

/**
 * Measures placements at 100, 1,000 and 10,000 media nodes: joins by region, one in five to a new meeting, each entered into the ledger,
 * while every node tells its load once a second. Signing the grant is not part of it. Sizes take turns, and of several rounds the
 * median by mean counts, so that a busy machine disturbs all alike.
 */
export function benchPlacement(options: { rounds: number; warmUp: number; measured: number }): PlacementResult {
  const rounds = Array.from({ length: options.rounds }, () => sizes.map((count) => summed(count, measure(count, options))))
  const runs = sizes.map((_, index) => {
    const ofSize = rounds.flatMap((round) => round[index] ?? []).toSorted((a, b) => a.meanMicroseconds - b.meanMicroseconds)
    const median = ofSize[Math.floor(ofSize.length / 2)]
    if (median === undefined) throw new Error('a benchmark needs at least one round')
    return median
  })
  const [, thousand, tenThousand] = runs
  const ratio = (tenThousand?.meanMicroseconds ?? 0) / (thousand?.meanMicroseconds ?? 1)
  return { benchmark: 'placement', runs, ratio: Math.round(ratio * 100) / 100 }
}
