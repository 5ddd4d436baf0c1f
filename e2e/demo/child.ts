import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** How to start one process of the demo. */
export interface ProcessPlan {
  /** How people and logs call it: `operator`, `eu-west-1`. */
  readonly name: string
  /** The TypeScript file that it runs. */
  readonly entry: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Answers 200 when it is ready for work. */
  readonly readyUrl: string
}

/** Why a child is gone, in words: `killed by SIGKILL`, `ended with code 1`. */
export type ExitReason = string

/** A running child. */
export interface Child {
  readonly pid: number
  /** Resolves once when it is gone. */
  readonly exited: Promise<ExitReason>
  /** Asks it to stop in order. */
  terminate(): void
  /** Ends it at once, with everything that it started. */
  kill(): void
}

/** Starts a child; `onLine` gets each line that it writes. */
export type StartChild = (plan: ProcessPlan, onLine: (line: string) => void) => Child

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/**
 * Starts children as processes of this Node. Each leads a process group of its own, so that Ctrl-C in the terminal reaches the launcher
 * alone and the launcher decides the order; each dies with the launcher (dieWithParent.ts).
 */
export const startNode: StartChild = (plan, onLine) => {
  const preload = new URL('./dieWithParent.ts', import.meta.url).href
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--import', preload, plan.entry, ...plan.args],
    {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ...plan.env },
      detached: true,
    },
  )
  const exited = new Promise<ExitReason>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`))
    child.once('exit', (code, signal) => resolve(signal === null ? `ended with code ${code ?? 0}` : `killed by ${signal}`))
  })
  for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on('line', onLine)
  const { pid } = child
  return {
    pid: pid ?? 0,
    exited,
    terminate: () => void child.kill('SIGTERM'),
    kill: () => (pid === undefined ? undefined : signalGroup(pid, 'SIGKILL')),
  }
}
