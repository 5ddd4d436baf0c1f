import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { aborted } from '../../kit/abort.ts'

/** A running service, as a process of its own. */
export interface ServerProcess {
  /** Where it listens. */
  readonly url: string
  /** Its log lines so far. */
  readonly lines: readonly string[]
  /** Ends it from one moment to the next. */
  kill(): Promise<void>
  /** Asks it to stop; resolves with its exit code. */
  stop(): Promise<number | null>
}

const startTimeoutMs = 30_000

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}

/** Reads the log until the line that tells where it listens; rejects with the log when it ends before. */
async function listening(child: ChildProcess, lines: string[], says: string): Promise<string> {
  const late = AbortSignal.timeout(startTimeoutMs)
  return new Promise((resolve, reject) => {
    const read = (line: string): void => {
      lines.push(line)
      if (line.includes(`"${says}"`)) resolve((JSON.parse(line) as { url: string }).url)
    }
    for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on('line', read)
    void ended(child).then((code) => reject(new Error(`the process ended with ${code}:\n${lines.join('\n')}`)))
    void aborted(late).then(() => reject(new Error(`the process did not start:\n${lines.join('\n')}`)))
  })
}

/** Starts an entry point of this repository (`sfu/main.ts`); `says` is the message of its log that tells where it listens. */
export async function startServerProcess(of: {
  readonly entry: string
  readonly flags: readonly string[]
  readonly says: string
}): Promise<ServerProcess> {
  const file = fileURLToPath(new URL(`../../${of.entry}`, import.meta.url))
  const child = spawn(process.execPath, [file, ...of.flags], { stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  const url = await listening(child, lines, of.says).catch(async (error: unknown) => {
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
