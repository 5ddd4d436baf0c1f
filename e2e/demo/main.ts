/**
 * The demo: Parley without a cluster, each part its own process, on this machine. See `--help`; `make demo` sets up what it needs first.
 */
import { systemClock } from '../../kit/clock.ts'
import { describeSettings } from '../../kit/config.ts'
import { runDemo } from './run.ts'
import { demoSettings, readDemoSettings } from './settings.ts'
import { createTerminal } from './terminal.ts'

if (process.argv.includes('--help')) {
  process.stdout.write(`The Parley demo: everything on this machine, without a cluster.\n${describeSettings(demoSettings)}\n`)
  process.exit(0)
}
const parsed = readDemoSettings(process.argv.slice(2), process.env)
if (!parsed.ok) {
  process.stderr.write(
    `demo: ${parsed.faults.length} fault(s) in its settings\n${parsed.faults.map((fault) => `  ${fault}\n`).join('')}`,
  )
  process.exit(2)
}
process.exitCode = await runDemo({
  settings: parsed.settings,
  env: process.env,
  terminal: createTerminal(),
  clock: systemClock,
  random: Math.random,
})
// Nothing of the demo is left; what a library may keep open must not hold the terminal.
process.exit()
