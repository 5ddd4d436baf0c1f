/** `npm run simulate`: lives histories of the operator by their seeds, and tells which of them broke what must hold. */
import { writeFileSync } from 'node:fs'

import { liveAll } from './children.ts'
import type { Ending } from './ending.ts'
import { parseOptions, usage, type SimulateOptions } from './options.ts'
import { reportOf, textOf } from './report.ts'

const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** For `make test`, which counts each history as a test. */
function writeTally(endings: readonly Ending[], failed: readonly string[]): void {
  const file = process.env['PARLEY_TALLY_FILE']
  if (file !== undefined) writeFileSync(file, JSON.stringify({ passed: endings.length - failed.length, failed, skipped: [] }))
}

async function simulate(options: SimulateOptions): Promise<boolean> {
  const endings: Ending[] = []
  const startedAt = performance.now()
  await liveAll(options, (ending) => {
    endings.push(ending)
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

process.exitCode = (await simulate(optionsOrExit())) ? 0 : 1
