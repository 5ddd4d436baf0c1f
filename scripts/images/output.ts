import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
const maxOutputBytes = 64 * 1024 * 1024

/** Runs a program to its end and returns what it wrote to stdout. An error's message ends with what the program wrote to stderr. */
export async function output(command: readonly [string, ...string[]], { timeoutMs = 60_000 } = {}): Promise<string> {
  const [program, ...args] = command
  const { stdout } = await run(program, args, { timeout: timeoutMs, maxBuffer: maxOutputBytes })
  return stdout
}
