import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { aborted } from '../../../kit/abort.ts'
import { missing, waitFor } from '../../../kit/wait.ts'

/** A running service, as a process of its own. */
export interface ServerProcess {
  /** Where it listens. */
  readonly url: string
  /** Its log lines so far; none where they go into a file. */
  readonly lines: readonly string[]
  /** Processor seconds that it has used so far. */
  cpuSeconds(): number
  /** Ends it from one moment to the next. */
  kill(): Promise<void>
  /** Asks it to stop; resolves with its exit code. */
  stop(): Promise<number | null>
}

/** Clock ticks a second in /proc (USER_HZ, the same on every Linux). */
const ticksPerSecond = 100

/** User and system time of a process, fields 14 and 15 of proc_pid_stat(5); its name, field 2, may hold spaces. */
function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

const startTimeoutMs = 90_000

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

/** As {@link listening}, where the log goes into a file: a process that writes much of it does not wait for whoever reads. */
async function listeningByFile(child: ChildProcess, file: string, says: string): Promise<string> {
  return waitFor(
    () => {
      const text = readFileSync(file, 'utf8')
      if (child.exitCode !== null) throw new Error(`the process ended with ${child.exitCode}:\n${text}`)
      const line = text.split('\n').find((each) => each.includes(`"${says}"`))
      return line === undefined ? missing(`the line "${says}" in ${file}`) : (JSON.parse(line) as { url: string }).url
    },
    { timeoutMs: startTimeoutMs },
  )
}

/** What {@link startServerProcess} starts. */
export interface Starting {
  /** Of this repository (`sfu/main.ts`). */
  readonly entry: string
  readonly flags: readonly string[]
  /** The message of its log that tells where it listens. */
  readonly says: string
  /** Where its log goes; absent: into `lines`. */
  readonly logFile?: string | undefined
  /** Of Node itself. */
  readonly nodeFlags?: readonly string[]
}

/** Starts an entry point as a process of its own. */
export async function startServerProcess(of: Starting): Promise<ServerProcess> {
  const file = fileURLToPath(new URL(`../../../${of.entry}`, import.meta.url))
  const log = of.logFile === undefined ? 'pipe' : openSync(of.logFile, 'a')
  const child = spawn(process.execPath, [...(of.nodeFlags ?? []), file, ...of.flags], { stdio: ['ignore', log, log] })
  if (typeof log === 'number') closeSync(log)
  const lines: string[] = []
  const started = of.logFile === undefined ? listening(child, lines, of.says) : listeningByFile(child, of.logFile, of.says)
  const url = await started.catch(async (error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  return {
    url,
    lines,
    cpuSeconds: () => cpuSecondsOf(child.pid ?? 0),
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
