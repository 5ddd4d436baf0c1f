import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { missing, waitFor } from '../../kit/wait.ts'
import type { ProcessRecord } from '../demo/fleet.ts'
import { gone, isRunning, familyOf } from './processes.ts'

/** A demo that a test started. Keys are those of its plain lines. */
export interface RunningDemo {
  readonly host: string
  readonly guest: string
  readonly kubeconfig: string
  readonly placement: string
  readonly api: string
  readonly state: string
  readonly pid: number
  readonly upInMs: number
  /** Everything the launcher said beside its plain lines. */
  said(): string
  /** The processes as they are now. */
  processes(): readonly ProcessRecord[]
  /** The process of that name; throws where there is none. */
  process(name: string): ProcessRecord
  /** The port for clients of each media node, UDP and TCP. */
  readonly mediaPorts: readonly number[]
  /** The first UDP port for pipes of each media node. */
  readonly pipePorts: readonly number[]
  /** The log of a process so far. */
  logOf(name: string): string
  /** Sends a signal to the launcher alone. */
  signal(signal: NodeJS.Signals): void
  /** Stops it as Ctrl-C does and resolves with its exit code. Idempotent. */
  stop(): Promise<number | null>
  /** Resolves with the exit code when it has ended. */
  readonly ended: Promise<number | null>
}

const startTimeoutMs = 120_000
const stopTimeoutMs = 60_000
const root = new URL('../../', import.meta.url).pathname
/** The last of the plain lines: when it is there, all are. */
const lastKey = 'upInMs'

function readPlainLines(text: string): Readonly<Record<string, string>> {
  const pairs = [...text.matchAll(/^(\w+): (.*)$/gm)].map(([, key = '', value = '']) => [key, value] as const)
  return Object.fromEntries(pairs)
}

const portsIn = (text: string | undefined): readonly number[] => (text ?? '').split(',').map(Number)

async function untilUp(child: ChildProcess, texts: { out: string; err: string }): Promise<Readonly<Record<string, string>>> {
  return waitFor(
    () => {
      const lines = readPlainLines(texts.out)
      if (lines[lastKey] !== undefined) return lines
      if (child.exitCode !== null) return {}
      return missing(`the demo's lines; it said: ${texts.err}`)
    },
    { timeoutMs: startTimeoutMs },
  )
}

/** Starts the demo without a terminal on free ports and waits until it is up. Rejects with all it said when it does not get up. */
export async function startDemo(options: { args?: readonly string[]; env?: NodeJS.ProcessEnv } = {}): Promise<RunningDemo> {
  const child = spawn(process.execPath, ['e2e/demo/main.ts', '--ports', 'free', ...(options.args ?? [])], {
    cwd: root,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts = { out: '', err: '' }
  child.stdout.on('data', (data: Buffer) => (texts.out += data.toString()))
  child.stderr.on('data', (data: Buffer) => (texts.err += data.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  const lines = await untilUp(child, texts).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  const { host, guest, kubeconfig, placement, api, state } = lines
  if (!host || !guest || !kubeconfig || !placement || !api || !state) throw new Error(`the demo did not get up: ${texts.err}`)

  const processes = (): readonly ProcessRecord[] =>
    JSON.parse(readFileSync(join(state, 'processes.json'), 'utf8')) as readonly ProcessRecord[]
  let stopping: Promise<number | null> | undefined

  async function stop(): Promise<number | null> {
    const family = familyOf(child.pid ?? 0)
    child.kill('SIGINT')
    const code = await Promise.race([
      ended,
      new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), stopTimeoutMs).unref()),
    ])
    if (code === 'late') {
      family.filter(isRunning).forEach((pid) => process.kill(pid, 'SIGKILL'))
      throw new Error(`the demo did not stop within ${stopTimeoutMs} ms; it said: ${texts.err}`)
    }
    await gone(family)
    return code
  }

  return {
    host,
    guest,
    kubeconfig,
    placement,
    api,
    state,
    pid: child.pid ?? 0,
    upInMs: Number(lines[lastKey]),
    said: () => texts.err,
    processes,
    process(name) {
      const found = processes().find((record) => record.name === name)
      if (!found) throw new Error(`the demo has no process ${name}`)
      return found
    },
    mediaPorts: portsIn(lines['media']),
    pipePorts: portsIn(lines['pipes']),
    logOf: (name) => {
      const file = join(state, 'logs', `${name}.log`)
      return existsSync(file) ? readFileSync(file, 'utf8') : ''
    },
    signal: (signal) => void child.kill(signal),
    stop: () => (stopping ??= stop()),
    ended,
  }
}
