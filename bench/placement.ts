import { ulidSource } from '../kit/ids.ts'
import { seededRandom } from '../kit/seededRandom.ts'
import { commit } from '../operator/ledger/commit.ts'
import { placementView } from '../operator/ledger/ledgerView.ts'
import { place } from '../operator/placement/place.ts'
import type { Wish } from '../operator/placement/view.ts'
import { beginning, Fleet } from './fleet.ts'
import { liveBytes } from './memory.ts'
import { peerTimes, type PeerTimes } from './peers/measure.ts'
import { emptyTimes, timesOf, type Times } from './times.ts'

/** What one run over so many media nodes measured. Times are those of a decision, its entry into the ledger included. */
export interface PlacementRun {
  readonly nodes: number
  readonly decisions: number
  readonly decisionsPerSecond: number
  readonly microseconds: Times
  /** Processor time of a decision with the four beats of load and the sweeps that fall to it, whatever the size: other work on the machine moves it least. */
  readonly cpuMicroseconds: number
  /** Of that, what it takes to make up the loads and the joins: the same turns, with nobody who hears them. */
  readonly generatorCpuMicroseconds: number
  /** The same number of turns that do nothing, timed right after: what of the tail is the machine's. */
  readonly emptyMicroseconds: Times
}

/** Choices among media nodes by other projects' algorithms (bench/peers), as many and as loaded as ours. */
export interface PeerRun {
  readonly nodes: number
  readonly microseconds: PeerTimes
  /** Their median over ours. */
  readonly timesAsFast: { readonly livekit: number; readonly jicofo: number }
}

/** Live heap of a ledger that has settled, in a run of its own: to collect all garbage would disturb those that are timed. */
export interface Memory {
  readonly nodes: number
  /** Before any meeting. */
  readonly bytesPerNode: number
  readonly meetings: number
  readonly seats: number
  /** With the seats that are taken in it. */
  readonly bytesPerMeeting: number
}

/** The result of the benchmark. */
export interface PlacementResult {
  readonly benchmark: 'placement'
  /** Of each size the round with the median of the means. */
  readonly runs: readonly PlacementRun[]
  /** Time at the most nodes over that at a tenth of them: by processor time, by p50, and by the mean. */
  readonly ratios: { readonly cpu: Ratios; readonly p50: Ratios; readonly mean: Ratios }
  /** p99 of every round at the most nodes, least first. */
  readonly p99OfRounds: readonly number[]
  readonly memory: Memory
  readonly peers: readonly PeerRun[]
}

/** Quotients of rounds, in each of which the two sizes come one after the other. */
export interface Ratios {
  readonly median: number
  /** The least of the larger size over the least of the smaller one: what each is where others disturb it least. */
  readonly ofLeast: number
  /** Least first. */
  readonly ofRounds: readonly number[]
}

/** How much is measured. */
export interface PlacementOptions {
  readonly rounds: number
  /** Decisions before the measured ones, at least; as many more as {@link settledAfterMs} take. */
  readonly warmUp: number
  readonly measured: number
}

/** Every node gets a join in four seconds, whatever their number: what joins reserve stays far from the limits. */
const joinsPerNodePerSecond = 0.25
/** By then as many seats and reservations fall as are made: an unused grant holds its seat for 70 s. */
const settledAfterMs = 75_000
/** Of a hundred joins so many go to a new meeting; the others to one of the latest. */
const newMeetingsPercent = 20
const openMeetings = 2_000
/** The operator's slow sweep comes every five seconds (operator/watch/sweep.ts). */
const sweepEveryMs = 5_000
const rights = { publish: ['microphone' as const, 'camera' as const], subscribe: true, hidden: false }

/** Who joins what, one after the other. */
function joins(fleet: Fleet, random: () => number): () => Wish {
  let meetings = 0
  let people = 0
  return () => {
    if (meetings === 0 || random() * 100 < newMeetingsPercent) meetings += 1
    people += 1
    const name = `meeting-${meetings - Math.floor(random() * Math.min(meetings, openMeetings))}`
    return { namespace: 'demo', name, participant: `p-${people}`, rights, region: fleet.region() }
  }
}

/** The time of each decision, and the processor time of all that goes on. */
interface Measured {
  readonly nanoseconds: Float64Array
  /** A decision, with the beats of load and the sweeps that fall between it and the next. */
  readonly cpuMicrosecondsEach: number
}

/** Processor time of this thread in microseconds, in steps of some milliseconds: what others on the machine take meanwhile is not in it. */
function threadCpuMicroseconds(): number {
  const { user, system } = process.threadCpuUsage()
  return user + system
}

/** What it takes to make up loads and joins that nobody hears: the processor time of a turn. */
function generatorCpu(nodes: number, { warmUp, measured }: PlacementOptions): number {
  const random = seededRandom(nodes)
  const fleet = new Fleet(nodes, random)
  const next = joins(fleet, random)
  const betweenMs = 1_000 / (fleet.size * joinsPerNodePerSecond)
  let nowMs: number = beginning.nowMs
  let begunCpu = 0
  let heard = 0
  const hear = (): void => void heard++
  for (let turn = -warmUp; turn < measured; turn++) {
    if (turn === 0) begunCpu = threadCpuMicroseconds()
    nowMs += betweenMs
    fleet.beatUntil(nowMs, hear)
    heard += next().participant.length
  }
  if (heard === 0) throw new Error('nothing was made up')
  return (threadCpuMicroseconds() - begunCpu) / measured
}

/** Joins one after the other while all nodes go on telling their load. */
function measure(fleet: Fleet, random: () => number, decisions: { warmUp: number; measured: number }): Measured {
  const { ledger } = fleet
  const next = joins(fleet, random)
  const mintUlid = ulidSource(() => beginning.wallMs + nowMs - beginning.nowMs)
  const times = new Float64Array(decisions.measured)
  const betweenMs = 1_000 / (fleet.size * joinsPerNodePerSecond)
  let nowMs: number = beginning.nowMs
  let sweepAtMs = nowMs + sweepEveryMs

  let begunCpu = 0
  for (let turn = -decisions.warmUp; turn < decisions.measured; turn++) {
    if (turn === 0) begunCpu = threadCpuMicroseconds()
    nowMs += betweenMs
    fleet.beatUntil(nowMs)
    if (nowMs >= sweepAtMs) {
      for (const entry of ledger.meetings.all()) ledger.expire(entry, nowMs)
      sweepAtMs += sweepEveryMs
    }
    const wish = next()
    const begun = process.hrtime.bigint()
    const view = placementView(ledger, wish, { nowMs, wallMs: beginning.wallMs })
    const decision = place(view, wish)
    if (decision.result === 'placed') commit(ledger, { decision, wish, view }, mintUlid)
    const took = Number(process.hrtime.bigint() - begun)
    if (decision.result !== 'placed') throw new Error(`not placed: ${decision.reason}`)
    if (turn >= 0) times[turn] = took
  }
  return { nanoseconds: times, cpuMicrosecondsEach: (threadCpuMicroseconds() - begunCpu) / decisions.measured }
}

const inHundredths = (value: number): number => Math.round(value * 100) / 100
const quotient = (a = 0, b = 0): number => inHundredths(a / b)

/** Joins until as much falls as is made, and the measured ones. */
function settleAndMeasure(fleet: Fleet, random: () => number, { warmUp, measured }: PlacementOptions): Measured {
  const settling = Math.ceil((settledAfterMs / 1_000) * fleet.size * joinsPerNodePerSecond)
  return measure(fleet, random, { warmUp: Math.max(warmUp, settling), measured })
}

function runOver(nodes: number, options: PlacementOptions): PlacementRun {
  const random = seededRandom(nodes)
  const fleet = new Fleet(nodes, random)
  const { nanoseconds, cpuMicrosecondsEach } = settleAndMeasure(fleet, random, options)
  const microseconds = timesOf(nanoseconds)
  return {
    nodes,
    decisions: options.measured,
    decisionsPerSecond: Math.round(1e6 / microseconds.mean),
    microseconds,
    cpuMicroseconds: inHundredths(cpuMicrosecondsEach),
    generatorCpuMicroseconds: inHundredths(generatorCpu(nodes, options)),
    emptyMicroseconds: emptyTimes(options.measured),
  }
}

function peersOver({ nodes, microseconds: ours }: PlacementRun): PeerRun {
  const microseconds = peerTimes(new Fleet(nodes, seededRandom(nodes)))
  const { livekit, jicofo } = microseconds
  return {
    nodes,
    microseconds,
    timesAsFast: { livekit: quotient(livekit.p50, ours.p50), jicofo: quotient(jicofo.p50, ours.p50) },
  }
}

function memoryOver(nodes: number, options: PlacementOptions): Memory {
  const random = seededRandom(nodes)
  const bytesBefore = liveBytes()
  const fleet = new Fleet(nodes, random)
  const bytesOfFleet = liveBytes() - bytesBefore
  settleAndMeasure(fleet, random, options)
  const bytesOfMeetings = liveBytes() - bytesBefore - bytesOfFleet
  const meetings = [...fleet.ledger.meetings.all()]
  return {
    nodes,
    bytesPerNode: Math.round(bytesOfFleet / nodes),
    meetings: meetings.length,
    seats: meetings.reduce((sum, { people }) => sum + people.seats, 0),
    bytesPerMeeting: Math.round(bytesOfMeetings / meetings.length),
  }
}

/** The median of what is sorted. */
function middle<T>(sorted: readonly T[]): T {
  const found = sorted[Math.floor(sorted.length / 2)]
  if (found === undefined) throw new Error('a benchmark needs at least one round')
  return found
}

const sizes = [100, 1_000, 10_000] as const

/**
 * Measures placements at 100, 1,000 and 10,000 media nodes: joins by region, one in five to a new meeting, each entered into the ledger,
 * while every node tells its load once a second and as many seats and reservations fall as are made. Signing the grant is not part of it. Sizes take turns, so that a busy machine disturbs all alike.
 */
export function benchPlacement(options: PlacementOptions): PlacementResult {
  const rounds = Array.from({ length: options.rounds }, () => sizes.map((nodes) => runOver(nodes, options)))
  const runs = sizes.map((_, index) => {
    const ofSize = rounds.flatMap((round) => round[index] ?? [])
    return middle(ofSize.toSorted((a, b) => a.microseconds.mean - b.microseconds.mean))
  })
  const p99OfRounds = rounds.flatMap((round) => round.at(-1)?.microseconds.p99 ?? []).toSorted((a, b) => a - b)
  const ratios = (of: (run: PlacementRun) => number): Ratios => {
    const [larger = [], smaller = []] = [-1, -2].map((size) => rounds.flatMap((round) => round.at(size) ?? []).map(of))
    const ofRounds = larger.map((each, round) => quotient(each, smaller[round])).toSorted((a, b) => a - b)
    return { median: middle(ofRounds), ofLeast: quotient(Math.min(...larger), Math.min(...smaller)), ofRounds }
  }
  return {
    benchmark: 'placement',
    runs,
    ratios: {
      cpu: ratios(({ cpuMicroseconds }) => cpuMicroseconds),
      p50: ratios(({ microseconds }) => microseconds.p50),
      mean: ratios(({ microseconds }) => microseconds.mean),
    },
    p99OfRounds,
    memory: memoryOver(10_000, options),
    peers: runs.map(peersOver),
  }
}
