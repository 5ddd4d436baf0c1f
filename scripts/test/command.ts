import { spawn, type ChildProcess } from 'node:child_process'
import { clearLeftovers, runMark } from './leftovers.ts'

export interface Command {
  readonly command: readonly [string, ...string[]]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly timeoutMs: number
  /** How long its processes may take to end once it has ended, or was told to. */
  readonly graceMs: number
  /** Let its output through as it comes, instead of keeping it. */
  readonly show: boolean
  readonly signal: AbortSignal
}

export interface Ended {
  /** What was wrong, or undefined: it ended with 0, in time, and left nothing running. */
  readonly fault: string | undefined
  readonly output: string
}

/** Ends a process group: asks first, insists after a while. */
function endGroup(child: ChildProcess, graceMs: number): void {
  const send = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal)
    } catch {
      // The group is gone.
    }
  }
  send('SIGTERM')
  const insist = setTimeout(() => send('SIGKILL'), graceMs)
  child.once('close', () => clearTimeout(insist))
}

function ended(
  child: ChildProcess,
  deadline: AbortSignal,
  graceMs: number,
): Promise<{ status: string | undefined; output: string }> {
  return new Promise((resolve) => {
    const chunks: string[] = []
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => chunks.push(text))
    const stop = (): void => endGroup(child, graceMs)
    deadline.addEventListener('abort', stop)
    const done = (status: string | undefined): void => {
      deadline.removeEventListener('abort', stop)
      resolve({ status, output: chunks.join('') })
    }
    child.once('error', (error) => done(error.message))
    child.once('close', (code, signal) => done(code === 0 ? undefined : `ended with ${signal ?? code}`))
  })
}

/** Runs a command in a process group of its own, and leaves none of its processes behind, whatever happens. */
export async function runCommand({ command, cwd, env, timeoutMs, graceMs, show, signal }: Command): Promise<Ended> {
  const [program, ...args] = command
  const run = `${process.pid}-${performance.now()}`
  const timeout = AbortSignal.timeout(timeoutMs)
  const child = spawn(program, args, {
    cwd,
    env: { ...env, [runMark]: run },
    detached: true,
    stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
  })
  const { status, output } = await ended(child, AbortSignal.any([timeout, signal]), graceMs)
  const left = await clearLeftovers(run, graceMs)
  if (signal.aborted) return { fault: 'interrupted', output }
  if (timeout.aborted) return { fault: `took longer than ${timeoutMs / 1000} s`, output }
  if (status === undefined && left.length > 0) {
    return { fault: `left running: ${left.map((each) => `${each.command} (${each.pid})`).join('; ')}`, output }
  }
  return { fault: status, output }
}
