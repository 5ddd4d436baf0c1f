import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { missing, waitFor } from '../../../kit/wait.ts'

/** What a command printed, and how it ended. */
export interface Printed {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** What a command needs beside its arguments. */
export interface CommandOptions {
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
}

/** A command that goes on printing. */
export interface Printing {
  /** Waits until what it printed so far matches; rejects with what it printed instead. */
  until(pattern: RegExp): Promise<string>
  stop(): void
}

/** The real kubectl, pointed at one API and namespace. */
export interface Kubectl {
  run(args: string, options?: CommandOptions): Promise<Printed>
  follow(args: string): Printing
  /** A file that is removed in the end; returns its path. */
  file(name: string, content: string, mode?: number): string
  close(): void
}

const commandTimeoutMs = 60_000
const printTimeoutMs = 60_000

/** Prepares kubectl of the folder `bin`. Arguments are split at blanks. */
export function kubectlOf(options: { bin: string; kubeconfig: string; namespace: string }): Kubectl {
  const folder = mkdtempSync(join(tmpdir(), 'parley-kubectl-'))
  const file = (name: string, content: string, mode = 0o600): string => {
    const path = join(folder, name)
    writeFileSync(path, content, { mode })
    return path
  }
  const kubeconfig = file('config', options.kubeconfig)
  const program = join(options.bin, 'kubectl')
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, KUBECONFIG: kubeconfig }
  const argumentsOf = (args: string): string[] => ['-n', options.namespace, ...args.split(' ').filter((part) => part !== '')]
  return {
    file,
    run: (args, { stdin = '', env: more = {} } = {}) =>
      new Promise((resolve, reject) => {
        const settings = { env: { ...env, ...more }, timeout: commandTimeoutMs }
        const child = execFile(program, argumentsOf(args), settings, (error, stdout, stderr) => {
          if (error && typeof error.code !== 'number') reject(error)
          else resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
        })
        child.stdin?.on('error', () => undefined)
        child.stdin?.end(stdin)
      }),
    follow(args) {
      const child = spawn(program, argumentsOf(args), { env, stdio: ['ignore', 'pipe', 'pipe'] })
      let printed = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (printed += chunk.toString()))
      return {
        until: (pattern) =>
          waitFor(() => (pattern.test(printed) ? printed : missing(`${String(pattern)} in:\n${printed}`)), {
            timeoutMs: printTimeoutMs,
          }),
        stop: () => void child.kill('SIGKILL'),
      }
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}
