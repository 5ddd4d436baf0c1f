import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runProgram, type ProgramOptions, type ProgramResult } from '../support/program.ts'

/** One release as `helm list` tells it. */
export interface HelmRelease {
  readonly name: string
  readonly namespace: string
  readonly revision: string
  readonly status: string
}

/** The real Helm against one cluster. */
export interface Helm {
  run(args: readonly string[], options?: ProgramOptions): Promise<ProgramResult>
  /** As `run`, but wants it to succeed. */
  does(args: readonly string[], options?: ProgramOptions): Promise<string>
  /** All releases of a namespace, also failed and half-way ones. */
  releases(namespace: string): Promise<readonly HelmRelease[]>
  /** Removes Helm's own files. */
  close(): void
}

/** `helm install --wait` waits for images to be unpacked and Pods to be ready on a busy machine. */
const timeoutMs = 540_000

/** Makes a Helm that uses this kubeconfig and files of its own. */
export function helmFor(kubeconfig: string): Helm {
  const program = process.env['PARLEY_HELM']
  if (!program) throw new Error('PARLEY_HELM names no helm; `make test` sets it')
  const home = mkdtempSync(join(tmpdir(), 'parley-helm-'))
  const folders = { HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home }
  const env = { ...process.env, ...folders, KUBECONFIG: kubeconfig }
  const run: Helm['run'] = (args, options = {}) =>
    runProgram(program, args, { timeoutMs, ...options, env: { ...env, ...options.env } })
  const does: Helm['does'] = async (args, options) => {
    const { out, err, code } = await run(args, options)
    if (code !== 0) throw new Error(`helm ${args.join(' ')} ended with ${code}: ${err.trim()}`)
    return out
  }
  return {
    run,
    does,
    releases: async (namespace) =>
      JSON.parse(await does(['list', '--all', '--namespace', namespace, '--output', 'json'])) as readonly HelmRelease[],
    close: () => rmSync(home, { recursive: true, force: true }),
  }
}
