import { Generator, type Target } from './generator.ts'

/** The load generator, a process of its own: one run as its arguments say, its result as one line of JSON. */
interface Run extends Target {
  readonly mode: 'closed' | 'open'
  /** Requests at once, or a second. */
  readonly rate: number
  readonly durationMs: number
}

const run = JSON.parse(process.argv[2] ?? '') as Run
const connections = run.mode === 'closed' ? run.rate : 64
const generator = new Generator(run, connections)
const result =
  run.mode === 'closed'
    ? await generator.closedLoop(run.rate, run.durationMs)
    : await generator.openLoop(run.rate, run.durationMs)
await generator.close()
process.stdout.write(`${JSON.stringify(result)}\n`)
