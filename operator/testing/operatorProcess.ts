import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { aborted } from '../../kit/abort.ts'

/** A running operator process. */
export interface OperatorProcess {
  /** Where its placement API listens. */
  readonly url: string
  /** Its log lines so far. */
  readonly lines: readonly string[]
  /** Ends it from one moment to the next. */
  kill(): Promise<void>
  /** Asks it to stop; resolves with its exit code. */
  stop(): Promise<number | null>
}

const main = fileURLToPath(new URL('../main.ts', import.meta.url))
const startTimeoutMs = 30_000

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}

/** Reads the log until the line that tells where it listens; rejects with the log when it ends before. */
async function listening(child: ChildProcess, lines: string[]): Promise<string> {
  const late = AbortSignal.timeout(startTimeoutMs)
  return new Promise((resolve, reject) => {
    const read = (line: string): void => {
      lines.push(line)
      if (line.includes('"operator started"')) resolve((JSON.parse(line) as { url: string }).url)
    }
    for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on('line', read)
    void ended(child).then((code) => reject(new Error(`the operator ended with ${code}:\n${lines.join('\n')}`)))
    void aborted(late).then(() => reject(new Error(`the operator did not start:\n${lines.join('\n')}`)))
  })
}

/** Starts `operator/main.ts` with these flags, on a free port. */
export async function startOperatorProcess(flags: readonly string[]): Promise<OperatorProcess> {
  const child = spawn(process.execPath, [main, '--port', '0', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  const url = await listening(child, lines).catch(async (error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  return {
    url,
    lines,
    async kill() {
      child.kill('SIGKILL')
      await ended(child)
    },
    async stop() {
      child.kill('SIGTERM')
      return ended(child)
    },
  }
}
