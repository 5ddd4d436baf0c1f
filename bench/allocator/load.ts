import { Generator, type LoadResult, type LoadRun, type Target } from './generator.ts'

/** The load generator, a process of its own: one run as its arguments say, its result as one line of JSON. */
export interface Run extends Target {
  readonly mode: 'closed' | 'open'
  /** Requests at once, or a second. */
  readonly rate: number
  readonly durationMs: number
  /** To so many meetings that stand for good; absent: to meetings that these joins open. */
  readonly standing?: number
}

/** Not measured: this process is new, its connections are not open and its code is not compiled. */
const warmUpMs = 1_000

const run = JSON.parse(process.argv[2] ?? '') as Run
const connections = run.mode === 'closed' ? run.rate : 64
const generator = new Generator(run, { connections, standing: run.standing })
const load = (durationMs: number): Promise<LoadResult> =>
  run.mode === 'closed' ? generator.closedLoop(run.rate, durationMs) : generator.openLoop(run.rate, durationMs)
const warmUp = await load(warmUpMs)
const result: LoadRun = { ...(await load(run.durationMs)), unmeasured: warmUp.answers }
await generator.close()
process.stdout.write(`${JSON.stringify(result)}\n`)
