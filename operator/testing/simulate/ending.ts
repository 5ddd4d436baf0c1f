import { crashPointsOf, cutFaultsOf, liveUntil, type CrashPoint } from '../histories/crashPoints.ts'
import { Counters } from '../faults/counters.ts'
import { History } from '../histories/history.ts'
import { HistoryLog } from '../histories/historyLog.ts'
import { live } from '../histories/historyRun.ts'

/** How one history ended. */
export interface Ending {
  readonly seed: number
  /** What broke; nothing where all held. */
  readonly faults: readonly string[]
  /** How often each thing happened. */
  readonly counts: Readonly<Record<string, number>>
  /** What happened, where that was asked for. */
  readonly log: readonly string[]
}

/** Where a history dies, in words. */
const inWords = ({ at, how }: CrashPoint): string => (how === 'crashBefore' ? `before call ${at}` : `after call ${at}`)

/** What breaks once breaks often. */
const faultsAtMost = 20

/** Lives the history of a seed. One that throws has failed with its words. */
export async function endingOf(seed: number, { steps, verbose }: { steps: number; verbose: boolean }): Promise<Ending> {
  const history = new History(seed)
  if (verbose) history.simulation.listeners.push(new HistoryLog(history.simulation, (line) => history.tell(line)))
  const faults = await live(history, steps).catch((thrown: unknown) => [`it threw ${String((thrown as Error)?.stack ?? thrown)}`])
  const log = verbose ? history.told : []
  return { seed, faults: faults.slice(0, faultsAtMost), counts: history.counters.toJSON(), log }
}

/** Lives the short history of a seed once for each call of its operator, which dies before it or after it. */
export async function crashEndingOf(seed: number, { steps }: { steps: number }): Promise<Ending> {
  const counters = new Counters()
  const faults: string[] = []
  for (const crash of await crashPointsOf(seed, steps)) {
    const life = await liveUntil(seed, { steps, crash })
    counters.add(crash.how)
    counters.add(`passes at most: ${Math.max(0, ...life.passes.values())}`)
    faults.push(...cutFaultsOf(life).map((fault) => `${fault} (dies ${inWords(crash)})`))
  }
  return { seed, faults: faults.slice(0, faultsAtMost), counts: counters.toJSON(), log: [] }
}
