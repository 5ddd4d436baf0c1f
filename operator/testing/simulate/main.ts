/** `npm run simulate`: lives histories of the operator by their seeds, and tells which of them broke what must hold. */
import { writeFileSync } from 'node:fs'

import { liveAll } from './children.ts'
import type { Ending } from './ending.ts'
import { goldenSeeds, writeGoldenLogs } from './golden.ts'
import { parseOptions, usage, type SimulateOptions } from './options.ts'
import { foundAlone, proveMutants } from './proveMutants.ts'
import { reportOf, textOf } from './report.ts'

const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** For `make test`, which counts each history as a test. */
function writeTally(endings: readonly Ending[], failed: readonly string[]): void {
  const file = process.env['PARLEY_TALLY_FILE']
  if (file !== undefined)
    writeFileSync(file, JSON.stringify({ passed: endings.length - failed.length, failed, skipped: [], secondTry: [] }))
}

async function simulate(options: SimulateOptions): Promise<boolean> {
  const endings: Ending[] = []
  const startedAt = performance.now()
  await liveAll(options, (ending) => {
    endings.push(ending)
    if (ending.faults.length > 0) process.stderr.write(`seed ${ending.seed}: ${ending.faults[0]}\n`)
    if (options.verbose && !options.json) say(`history ${ending.seed}:\n${ending.log.map((line) => `  ${line}`).join('\n')}`)
  })
  const report = reportOf(endings, options, Math.round((performance.now() - startedAt) / 100) / 10)
  say(options.json ? JSON.stringify(report) : textOf(report))
  writeTally(
    endings,
    report.failures.map(({ seed, replay, broken }) => `history ${seed}: ${broken[0] ?? ''} (${replay})`),
  )
  return report.failures.length === 0
}

/** Each mutant must be found; one that is not is a hole in what is checked. */
async function findMutants(options: SimulateOptions): Promise<boolean> {
  const endings = await proveMutants(options, ({ name, what, seed, broken }) => {
    const how = seed === undefined ? `NOT FOUND within ${options.histories} histories` : `found by seed ${seed}: ${broken}`
    if (!options.json) say(`${name} (${what}): ${how}`)
  })
  const missed = endings.filter(({ seed }) => seed === undefined)
  if (options.json) say(JSON.stringify({ mutants: endings, missed: missed.map(({ name }) => name) }))
  else {
    for (const [invariant, names] of foundAlone(endings)) say(`${invariant} alone: ${names.join(', ')}`)
    say(`${endings.length} mutants, ${missed.length} not found`)
  }
  return missed.length === 0
}

function optionsOrExit(): SimulateOptions {
  try {
    const options = parseOptions(process.argv.slice(2))
    if (options !== 'help') return options
    say(usage)
    process.exit(0)
  } catch (thrown) {
    process.stderr.write(`${(thrown as Error).message}\n${usage}`)
    process.exit(2)
  }
}

async function keepGoldenLogs(): Promise<boolean> {
  await writeGoldenLogs()
  say(`logs of the histories ${goldenSeeds.join(', ')} written`)
  return true
}

function workOf({ mutants, mutant, writeGolden }: SimulateOptions): (options: SimulateOptions) => Promise<boolean> {
  if (writeGolden) return keepGoldenLogs
  return mutants || mutant !== undefined ? findMutants : simulate
}

const options = optionsOrExit()
const run = workOf(options)
process.exitCode = (await run(options)) ? 0 : 1
