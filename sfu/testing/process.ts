import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { systemClock } from '../../kit/clock.ts'
import { freePort } from '../../kit/freePorts.ts'
import { missing, waitFor } from '../../kit/wait.ts'
import { createNodeClient, type NodeClient } from '../api/nodeClient.ts'
import { pipeRange } from './node.ts'
import { orderBearer, type Placed, type Trust } from './trust.ts'

/** A media node as its own process, as people run it. */
export interface NodeProcess extends Placed {
  readonly client: NodeClient
  /** Its log so far, one parsed line each. */
  readonly log: readonly Record<string, unknown>[]
  kill(signal: 'SIGTERM' | 'SIGKILL'): void
  /** Resolves with the exit code, or undefined where a signal ended it. */
  readonly exited: Promise<number | undefined>
}

const entry = new URL('../main.ts', import.meta.url).pathname

/** Runs `sfu/main.ts` with these flags; resolves with the process and what it wrote to stderr. */
export function runSfu(flags: readonly string[], onLine: (line: string) => void = () => undefined) {
  const child: ChildProcess = spawn(process.execPath, [entry, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => void (errors += chunk.toString()))
  let rest = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  })
  const exited = new Promise<number | undefined>((resolve) => child.once('close', (code) => resolve(code ?? undefined)))
  return { child, exited, errors: () => errors }
}

/** Starts a media node as a process on loopback; resolves when it says that it started. */
export async function startNodeProcess(
  trust: Trust,
  options: { node: string; port?: number; drainDeadlineMs?: number },
): Promise<NodeProcess> {
  const { node } = options
  const folder = mkdtempSync(join(tmpdir(), 'parley-sfu-'))
  const keysFile = join(folder, 'keys.json')
  writeFileSync(keysFile, JSON.stringify(trust.jwks))
  const { min, max } = pipeRange()
  const log: Record<string, unknown>[] = []
  const flags = {
    '--node': node,
    '--port': options.port ?? (await freePort()),
    '--media-host': '127.0.0.1',
    '--rtc-port-min': 0,
    '--pipe-port-min': min,
    '--pipe-port-max': max,
    '--workers': 1,
    '--drain-deadline-ms': options.drainDeadlineMs ?? 0,
    '--trusted-keys': keysFile,
  }
  const { child, exited, errors } = runSfu(
    Object.entries(flags).map(([flag, value]) => `${flag}=${value}`),
    (line) => void log.push(JSON.parse(line) as Record<string, unknown>),
  )
  void exited.then(() => rmSync(folder, { recursive: true }))
  const url = await waitFor(
    () => {
      if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${errors()}`)
      const started = log.find(({ msg }) => msg === 'started')
      return typeof started?.['url'] === 'string' ? started['url'] : missing('the line "started"')
    },
    { timeoutMs: 60_000 },
  )
  return {
    node,
    url,
    log,
    exited,
    client: createNodeClient({ url, bearer: () => orderBearer(trust, node), clock: systemClock }),
    kill: (signal) => void child.kill(signal),
  }
}
