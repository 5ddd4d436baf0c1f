import { missing, waitFor } from '../../kit/wait.ts'
import type { RunningDemo } from './demoProcess.ts'
import { whyNotReady } from '../demo/readiness.ts'
import { gone } from './processes.ts'

/** A line of a log, as far as tests of outages read it. */
export interface OutageLine {
  readonly process: string
  readonly level: string
  readonly msg: string
  readonly atMs: number
}

/** A process of the demo that is gone and does not come back until {@link end}. */
export interface Outage {
  /** Lets the supervisor bring it back, and waits until it is ready. */
  end(): Promise<AfterOutage>
}

/** What was said about an outage. */
export interface AfterOutage {
  /** By the other processes while it lasted. */
  readonly lines: readonly OutageLine[]
  /** By the launcher. */
  readonly deaths: readonly string[]
}

const recoveryTimeoutMs = 90_000

function linesOf(demo: RunningDemo, name: string): readonly OutageLine[] {
  return demo
    .logOf(name)
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => {
      const { level, msg, time } = JSON.parse(line) as { level: string; msg: string; time: string }
      return { process: name, level, msg, atMs: Date.parse(time) }
    })
}

/**
 * Kills a process of the demo as `kill -9` does. The launcher, which would start it again at once, is stopped meanwhile, so that a test
 * can look at the others without it for as long as it needs.
 */
export async function killProcess(demo: RunningDemo, name: string): Promise<Outage> {
  const { pid, starts, readyUrl } = demo.process(name)
  if (pid === undefined) throw new Error(`${name} does not run`)
  demo.signal('SIGSTOP')
  const killedAtMs = Date.now()
  const saidBefore = demo.said().length
  process.kill(pid, 'SIGKILL')
  await gone([pid])
  return {
    async end() {
      const endedAtMs = Date.now()
      demo.signal('SIGCONT')
      await waitFor(
        async () => {
          const now = demo.process(name)
          if (now.starts === starts || now.pid === undefined) return missing(`the next start of ${name}`)
          const why = await whyNotReady(readyUrl)
          return why === undefined || missing(`${name} to be ready again: ${why}`)
        },
        { timeoutMs: recoveryTimeoutMs, pollMs: 100 },
      )
      const others = demo.processes().filter((each) => each.name !== name)
      const lines = others.flatMap((each) => linesOf(demo, each.name))
      return {
        lines: lines.filter(({ atMs }) => atMs >= killedAtMs && atMs <= endedAtMs),
        deaths:
          demo
            .said()
            .slice(saidBefore)
            .match(/^.*; starting it again in .*$/gm) ?? [],
      }
    },
  }
}
