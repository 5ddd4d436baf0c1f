import { CommanderError } from 'commander'

import type { CliDeps } from './deps.ts'
import { exitCodes, failureOf, type ExitCode } from './failure.ts'
import { parleyProgram } from './program.ts'
import { printable } from './table.ts'

/** Runs one command line (without `node` and the file). Never rejects. Without an exit code, what the command itself set counts. */
export async function run(argv: readonly string[], deps: CliDeps): Promise<ExitCode | undefined> {
  try {
    await parleyProgram(deps).parseAsync([...argv], { from: 'user' })
    return undefined
  } catch (error) {
    // Commander has told its own faults, and help is none.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
    const { text, code } = failureOf(error)
    deps.complain(`error: ${text.split('\n').map(printable).join('\n')}\n`)
    return code
  }
}
