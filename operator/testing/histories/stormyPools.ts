import type { ApiFault, Call, CallFault } from '../faults/callFault.ts'
import { Counters } from '../faults/counters.ts'
import { Weather } from '../faults/weather.ts'
import { HotLoops } from '../invariants/hotLoops.ts'
import { namedFaults } from '../invariants/always.ts'
import { lostPeople, poolActions, PoolHistory, type PoolAction } from './poolHistory.ts'

/** Wall clocks of operators differ by this much from the world's at most, in the histories in which they do. */
const skewAtMostMs = 5_000
/** A process that is paused comes back before its Lease lapses, or long after. */
const longestPauseMs = 40_000
/** The API server is away, or tells nothing new, for this long at most. */
const longestOutageMs = 30_000
/** Who joins is there, and status tells it. */
const untilThereMs = 120_000

/**
 * A history of a pool under all that the large histories know: at any call of any operator, to the API server or a media node, a fault by the
 * weather; operators that are paused, cut off, killed, or lead beside another; clocks that differ.
 */
export class StormyPools extends PoolHistory {
  readonly counters = new Counters()
  readonly weather: Weather
  readonly #hotLoops: HotLoops
  readonly #skewed: boolean

  constructor(seed: number) {
    super(seed, stormActions)
    const { simulation, random, counters } = this
    this.weather = new Weather(random, counters)
    this.#skewed = random() < 0.5
    this.#hotLoops = new HotLoops(simulation)
    simulation.faults.agentCall = (_, call) => this.weather.call(call)
    simulation.faults.apiCall = (call, operator) => {
      const fault = this.#hotLoops.isOne(call, operator) ? 'crashBefore' : this.weather.call(call)
      return this.#noted(call, fault)
    }
    simulation.faults.apiAnswer = (call) => this.#noted(call, this.weather.api(call))
    simulation.faults.watchEvent = (call) => this.weather.event(call)
  }

  /** A create whose answer is lost, or a list that is behind, may leave an operator with fewer media nodes than there are. */
  #noted<F extends CallFault | ApiFault>({ verb, about }: Call, fault: F): F {
    if (about === 'MediaNode' && (fault === 'staleList' || (fault !== undefined && verb === 'create')))
      this.pools.noteUnanswered()
    return fault
  }

  override startOperator(): void {
    const skew = (): number => (this.#skewed ? Math.round((this.random() * 2 - 1) * skewAtMostMs) : 0)
    super.startOperator({ wallMs: skew(), monotonicMs: Math.abs(skew()) * 1_000 })
  }

  override broken(): readonly string[] {
    return [...super.broken(), ...namedFaults('hot loops', this.#hotLoops.faults)]
  }

  override async heal(): Promise<void> {
    const { simulation } = this
    this.weather.end()
    for (const cuts of [simulation.cut, simulation.cutWays, simulation.cutFromApi]) cuts.clear()
    for (const operator of simulation.operators.values()) simulation.resume(operator)
    await super.heal()
    // Whose meeting was ended, since a list that was behind did not have its object, joins again like every client.
    for (const participant of lostPeople(this)) await simulation.join(this.people.get(participant) ?? '', participant)
    await simulation.pass(untilThereMs)
  }

  /** One who finds no place, or whose node does not take them, is not in. */
  override async join(): Promise<void> {
    await super.join().catch(() => undefined)
  }

  /** Cuts what `cut` says for some time. */
  cutFor(cut: Set<string>, what: string): void {
    cut.add(what)
    this.simulation.clock.after(this.random() * longestOutageMs, () => void cut.delete(what))
  }
}

const inStorm =
  (act: (history: StormyPools) => void): PoolAction =>
  (history) =>
    history instanceof StormyPools ? act(history) : undefined

const ofOperators: Readonly<Record<string, PoolAction>> = {
  storm: inStorm(({ weather, random }) => weather.storm(random() < 0.7)),
  stormAgain: inStorm(({ weather, random }) => weather.storm(random() < 0.7)),
  startOperator: inStorm((history) => (history.simulation.operators.size < 2 ? history.startOperator() : undefined)),
  startAnother: inStorm((history) => (history.simulation.operators.size < 2 ? history.startOperator() : undefined)),
  pauseOperator: inStorm(({ simulation, pick, random, counters }) => {
    if (simulation.operators.size === 0) return
    const operator = pick([...simulation.operators.values()])
    operator.life.pause()
    counters.add('operator paused')
    simulation.clock.after(random() * longestPauseMs, () => simulation.resume(operator))
  }),
  cutFromApi: inStorm((history) => {
    const { operators, cutFromApi } = history.simulation
    if (operators.size > 0) history.cutFor(cutFromApi, history.pick([...operators.keys()]))
  }),
  cutWay: inStorm((history) => {
    const { operators, nodes, cutWays } = history.simulation
    if (operators.size > 0 && nodes.size > 0)
      history.cutFor(cutWays, `${history.pick([...operators.keys()])} ${history.pick([...nodes.keys()])}`)
  }),
}

const stormActions: Readonly<Record<string, PoolAction>> = { ...poolActions, ...ofOperators }
