import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import type { LoadRun, Target } from './generator.ts'
import type { Run } from './load.ts'

const run = promisify(execFile)
const generator = fileURLToPath(new URL('./load.ts', import.meta.url))

/** One run of the load generator, in a process of its own. */
export async function load(target: Target, of: Omit<Run, keyof Target>): Promise<LoadRun> {
  const { urls, token, namespace } = target
  const { stdout } = await run(process.execPath, [generator, JSON.stringify({ urls, token, namespace, ...of })])
  return JSON.parse(stdout) as LoadRun
}
