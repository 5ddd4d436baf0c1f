import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

import { runProgram, type ProgramOptions, type ProgramResult } from './program.ts'

/** A kubectl that runs until it is stopped, with its lines so far. */
export interface RunningKubectl {
  readonly lines: readonly string[]
  /** Whether it has not ended yet. */
  readonly running: boolean
  stop(): void
}

/** The real kubectl against one kubeconfig, with our plugin: `run(['parley', 'status'])`. */
export interface Kubectl {
  run(args: readonly string[], options?: ProgramOptions): Promise<ProgramResult>
  start(args: readonly string[]): RunningKubectl
  /** Stops what runs and removes kubectl's cache. */
  close(): void
}

/** Where the test control plane brought kubectl along. */
function program(): string {
  const folder = process.env['PARLEY_CONTROL_PLANE_BIN']
  if (!folder) throw new Error('PARLEY_CONTROL_PLANE_BIN names no folder with kubectl; `make test` sets it')
  return join(folder, 'kubectl')
}

/** Makes a kubectl that uses this kubeconfig and a home of its own. */
export function kubectlFor(kubeconfig: string): Kubectl {
  const home = mkdtempSync(join(tmpdir(), 'parley-kubectl-'))
  const plugin = new URL('../../cli/main.ts', import.meta.url).pathname
  writeFileSync(join(home, 'kubectl-parley'), `#!/bin/sh\nexec "${process.execPath}" "${plugin}" "$@"\n`, { mode: 0o755 })
  const path = [home, process.env['PATH']].join(delimiter)
  const env = { ...process.env, KUBECONFIG: kubeconfig, HOME: home, PATH: path }
  const running = new Set<ChildProcess>()

  return {
    run: (args, options = {}) => runProgram(program(), args, { ...options, env: { ...env, ...options.env } }),
    start(args) {
      const child = spawn(program(), [...args], { env, stdio: ['ignore', 'pipe', 'ignore'] })
      running.add(child)
      let text = ''
      child.stdout.on('data', (data: Buffer) => (text += data.toString()))
      return {
        get lines() {
          return text.split('\n').filter((line) => line !== '')
        },
        get running() {
          return child.exitCode === null && child.signalCode === null
        },
        stop: () => void child.kill('SIGKILL'),
      }
    },
    close() {
      for (const child of running) child.kill('SIGKILL')
      rmSync(home, { recursive: true, force: true })
    },
  }
}
