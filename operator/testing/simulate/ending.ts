import { History } from '../history.ts'
import { HistoryLog } from '../historyLog.ts'
import { live } from '../historyRun.ts'

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
