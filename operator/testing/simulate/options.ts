import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'

/** What `npm run simulate` is asked for. */
export interface SimulateOptions {
  readonly histories: number
  /** Of the first history; each further one has the next. */
  readonly seed: number
  /** Of each history. */
  readonly steps: number
  /** Processes at once. */
  readonly jobs: number
  readonly json: boolean
  /** Prints the log of each history. */
  readonly verbose: boolean
  /** Proves that each mutant of the code is caught. */
  readonly mutants: boolean
  /** Only this mutant. */
  readonly mutant: string | undefined
  /** Lives a short history of each seed again for each call, at which the operator dies. */
  readonly crashPoints: boolean
  /** Writes the golden logs anew. */
  readonly writeGolden: boolean
}

/** Steps of one history, unless told otherwise. */
export const defaultSteps = 30
/** Steps of one that is lived again for each of its calls. */
export const crashSteps = 10
const most = { histories: 10_000_000, seed: 2 ** 31 - 1, steps: 100_000, jobs: 256 } as const

const flags = {
  histories: { type: 'string', default: '100' },
  seed: { type: 'string', default: '1' },
  steps: { type: 'string' },
  jobs: { type: 'string', default: String(availableParallelism()) },
  json: { type: 'boolean', default: false },
  verbose: { type: 'boolean', default: false },
  mutants: { type: 'boolean', default: false },
  mutant: { type: 'string' },
  'crash-points': { type: 'boolean', default: false },
  'write-golden': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

export const usage = `usage: npm run simulate -- [options]
  --histories N     how many histories (100)
  --seed S          seed of the first; the others follow (1)
  --steps K         steps of each (${defaultSteps}; ${crashSteps} with --crash-points)
  --jobs J          processes at once (as many as there are processors)
  --json            prints the report as JSON
  --verbose         prints what happened in each history
  --mutants         proves that each mutant of the code is caught within N histories
  --mutant NAME     only this one
  --crash-points    lets the operator die before and after each call that it makes in each history
  --write-golden    writes the golden logs anew
`

/** A whole number of an option; words where it is none. */
function wholeNumber(name: keyof typeof most, text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= 1 && value <= most[name]))
    throw new Error(`--${name} must be a whole number from 1 to ${most[name]}, not '${text}'`)
  return value
}

/** Reads the command line; `help` where it asks for the usage. Throws with words about the option that is wrong. */
export function parseOptions(args: readonly string[]): SimulateOptions | 'help' {
  const { values } = parseArgs({ args: [...args], options: flags, strict: true, allowPositionals: false })
  if (values.help) return 'help'
  const { 'crash-points': crashPoints } = values
  return {
    histories: wholeNumber('histories', values.histories),
    seed: wholeNumber('seed', values.seed),
    steps: wholeNumber('steps', values.steps ?? String(crashPoints ? crashSteps : defaultSteps)),
    jobs: wholeNumber('jobs', values.jobs),
    json: values.json,
    verbose: values.verbose,
    mutants: values.mutants,
    mutant: values.mutant,
    crashPoints,
    writeGolden: values['write-golden'],
  }
}
