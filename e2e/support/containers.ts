import { missing, waitFor } from '../../kit/wait.ts'
import { runProgram, runWell, type ProgramResult } from './program.ts'

const callTimeoutMs = 90_000

/** Runs `docker`. Never rejects. */
export const docker = (...args: readonly string[]): Promise<ProgramResult> =>
  runProgram('docker', args, { timeoutMs: callTimeoutMs })

/** As {@link docker}, for what has to succeed: resolves with what it printed. */
export const dockerWell = async (args: readonly string[], stdin = ''): Promise<string> =>
  (await runWell('docker', args, { timeoutMs: callTimeoutMs, stdin })).trim()

/** What the chart grants a container: nothing to write to, no capability, no way to more rights. */
export const restricted = ['--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges'] as const

export interface ContainerPlan {
  readonly name: string
  readonly image: string
  /** Options of `docker run`. */
  readonly options: readonly string[]
  readonly args: readonly string[]
}

/** A container that runs until it is stopped. */
export interface Container {
  readonly name: string
  /** Asks from inside, where all of a test's containers share one network: resolves once `url` answers 200. */
  ready(url: string): Promise<void>
  /** Runs JavaScript inside, as a module, with `input` to read. */
  evaluate(code: string, input?: string): Promise<string>
  logs(): Promise<string>
  /** SIGTERM, and SIGKILL after 15 s; returns the exit code. */
  stop(): Promise<number>
  remove(): Promise<void>
}

/** Starts a container on the engine's own network. */
export async function startContainer({ name, image, options, args }: ContainerPlan): Promise<Container> {
  await dockerWell(['run', '--detach', '--name', name, '--network=host', ...options, image, ...args])
  const evaluate = (code: string, input?: string): Promise<string> =>
    dockerWell(['exec', '--interactive', name, 'node', '--input-type=module', '--eval', code], input)

  async function logs(): Promise<string> {
    const { out, err } = await docker('logs', '--tail', '50', name)
    return out + err
  }

  async function answers(url: string): Promise<true> {
    await evaluate(`const { ok, status } = await fetch(${JSON.stringify(url)}); if (!ok) throw new Error(String(status))`)
    return true
  }

  return {
    name,
    evaluate,
    logs,
    async ready(url) {
      await waitFor(async () => answers(url).catch(async () => missing(`${name} at ${url}; it said: ${await logs()}`)), {
        ...{ timeoutMs: 60_000, pollMs: 200 },
      })
    },
    async stop() {
      await dockerWell(['stop', '--time=15', name])
      return Number(await dockerWell(['inspect', '--format={{.State.ExitCode}}', name]))
    },
    remove: async () => void (await docker('rm', '--force', name)),
  }
}
