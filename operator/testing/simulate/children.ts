import { fork } from 'node:child_process'
import { join } from 'node:path'

import type { Task } from './child.ts'
import type { SimulateOptions } from './options.ts'
import type { Ending } from './ending.ts'

/** A history takes well under a second; one that takes this long hangs. */
const silentAtMostMs = 120_000
/** One that is lived again for each of its calls takes some seconds. */
const silentWithCrashPointsMs = 600_000
/** Enough to keep all processes busy to the end. */
const seedsAtOnce = 25

/** Lives a task's histories in a process of their own; a process that hangs or dies fails the history that it was at. */
export function liveInChild(task: Task, onEnding: (ending: Ending) => void): Promise<void> {
  return new Promise((resolve) => {
    const child = fork(join(import.meta.dirname, 'child.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    let ended = 0
    let stopped = false
    const watchdog = setTimeout(() => child.kill('SIGKILL'), task.crashPoints ? silentWithCrashPointsMs : silentAtMostMs)
    child.on('message', (message) => {
      const ending = message as Ending
      ended += 1
      stopped = task.untilFailure && ending.faults.length > 0
      watchdog.refresh()
      onEnding(ending)
    })
    child.on('exit', (code, signal) => {
      clearTimeout(watchdog)
      const [seed, ...rest] = task.seeds.slice(ended)
      if (seed === undefined || stopped) return resolve()
      onEnding(broken(seed, signal === null ? `exit code ${code}` : `killed by ${signal}`))
      // One that ended by itself before its first history cannot live any: the code does not load. One that was killed at it, since it hung, goes on with the next.
      const cannot = ended === 0 && signal === null
      if (rest.length === 0 || task.untilFailure || cannot) resolve()
      else void liveInChild({ ...task, seeds: rest }, onEnding).then(resolve)
    })
    child.send(task)
  })
}

/** How the faults of a history begin whose process ended before it. */
export const unended = 'its process did not end it'

const broken = (seed: number, how: string): Ending => ({ seed, faults: [`${unended}: ${how}`], counts: {}, log: [] })

/** Lives all histories from `seed` on, in `jobs` processes at once. */
export async function liveAll(
  wanted: Pick<SimulateOptions, 'seed' | 'histories' | 'steps' | 'jobs' | 'verbose' | 'crashPoints'>,
  onEnding: (ending: Ending) => void,
): Promise<void> {
  const { seed, histories, steps, jobs, verbose, crashPoints } = wanted
  const endSeed = seed + histories
  const chunk = Math.max(1, Math.min(seedsAtOnce * 8, Math.ceil(histories / (jobs * 4))))
  let next = seed
  async function worker(): Promise<void> {
    while (next < endSeed) {
      const seeds = Array.from({ length: Math.min(chunk, endSeed - next) }, (_, index) => next + index)
      next += seeds.length
      await liveInChild({ seeds, steps, verbose, crashPoints, mutant: undefined, untilFailure: false }, onEnding)
    }
  }
  await Promise.all(Array.from({ length: jobs }, worker))
}
