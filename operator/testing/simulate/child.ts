import type { Ending } from './ending.ts'
import { applyMutant } from './applyMutant.ts'

/** What a child process is asked to live. */
export interface Task {
  readonly seeds: readonly number[]
  readonly steps: number
  readonly verbose: boolean
  /** A mutant of the code to load, by its name. */
  readonly mutant: string | undefined
  /** Lives each seed once for each call at which its operator may die. */
  readonly crashPoints: boolean
  /** Ends at the first history that fails. */
  readonly untilFailure: boolean
}

async function work({ seeds, mutant, untilFailure, crashPoints, ...how }: Task): Promise<void> {
  if (mutant !== undefined) applyMutant(mutant)
  // The code is loaded only now, so that it is the mutant's.
  const { crashEndingOf, endingOf } = await import('./ending.ts')
  for (const seed of seeds) {
    const ending: Ending = await (crashPoints ? crashEndingOf : endingOf)(seed, how)
    process.send?.(ending)
    if (untilFailure && ending.faults.length > 0) break
  }
}

// Whoever asked has ended.
process.once('disconnect', () => process.exit())
process.once('message', (task) => {
  void work(task as Task).finally(() => process.disconnect())
})
