import { execFile } from 'node:child_process'

/** What a program printed and ended with; the code is 1 where it was killed or could not be started, and `err` says why. */
export interface ProgramResult {
  readonly out: string
  readonly err: string
  readonly code: number
}

export interface ProgramOptions {
  readonly stdin?: string
  readonly env?: NodeJS.ProcessEnv
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

const usualTimeoutMs = 90_000
const maxOutputBytes = 64 * 1024 * 1024

/** Runs a program to its end. Never rejects. */
export function runProgram(program: string, args: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  const { stdin = '', env = process.env, timeoutMs = usualTimeoutMs, signal } = options
  return new Promise((resolve) => {
    const settings = { env, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: maxOutputBytes, signal } as const
    const child = execFile(program, [...args], settings, (error, out, err) => {
      if (!error) return resolve({ out, err, code: 0 })
      if (typeof error.code === 'number') return resolve({ out, err, code: error.code })
      const why = error.killed ? `${program} ${args.join(' ')} took longer than ${timeoutMs} ms` : error.message
      resolve({ out, err: `${err}${err === '' ? '' : '\n'}${why}`, code: 1 })
    })
    // A program that ends without reading closes the pipe, which is no fault.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(stdin)
  })
}

/** Runs a program and wants it to succeed: resolves with what it printed, rejects with what it complained about. */
export async function runWell(program: string, args: readonly string[], options: ProgramOptions = {}): Promise<string> {
  const { out, err, code } = await runProgram(program, args, options)
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${err.trim() || out.trim()}`)
  return out
}
