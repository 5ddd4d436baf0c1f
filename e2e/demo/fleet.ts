import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Clock } from '../../kit/clock.ts'
import { missing, waitFor } from '../../kit/wait.ts'
import type { ProcessPlan, StartChild } from './child.ts'
import { whyNotReady } from './readiness.ts'
import { supervise, type ProcessEvent, type Supervised } from './supervisor.ts'

/** Options of {@link createFleet}. */
export interface FleetOptions {
  readonly start: StartChild
  readonly clock: Clock
  readonly random: () => number
  /** Where `processes.json` is kept. */
  readonly stateFolder: string
  readonly onLine: (name: string, line: string) => void
  readonly onEvent: (event: ProcessEvent) => void
}

/** What `processes.json` says of one process, for tests and for whoever wants to kill one. */
export interface ProcessRecord {
  readonly name: string
  /** Absent while it waits to be started again. */
  readonly pid?: number
  readonly starts: number
  readonly readyUrl: string
}

/** All processes of the demo. */
export interface Fleet {
  /** Starts a process; it runs until the fleet stops. */
  add(plan: ProcessPlan): void
  /** Resolves when the process answers that it is ready. Rejects when it keeps dying, or does not get ready in time. */
  ready(name: string, signal: AbortSignal): Promise<void>
  /** Stops all, the one that was added first (the API that the others write their last words to) at last; each by force after `graceMs`. */
  stop(graceMs: number): Promise<void>
  /** Ends all at once. */
  kill(): void
}

const readyTimeoutMs = 60_000
const readyPollMs = 25
/** A process that never got ready and died this often will not get ready. */
const maxStarts = 3

function recordOf({ plan, pid, starts }: Supervised): ProcessRecord {
  return { name: plan.name, ...(pid === undefined ? {} : { pid }), starts, readyUrl: plan.readyUrl }
}

/** Makes a fleet without processes. */
export function createFleet(options: FleetOptions): Fleet {
  const { clock, random, start, onLine, stateFolder } = options
  const processes = new Map<string, Supervised>()

  function record(): void {
    const file = join(stateFolder, 'processes.json')
    writeFileSync(`${file}.new`, JSON.stringify([...processes.values()].map(recordOf), undefined, 2))
    // Whoever reads it meanwhile sees the old one or the new one, never a part.
    renameSync(`${file}.new`, file)
  }

  function onEvent(event: ProcessEvent): void {
    options.onEvent(event)
    if (event.type !== 'stopped') record()
  }

  return {
    add(plan) {
      processes.set(plan.name, supervise({ plan, start, clock, random, onLine, onEvent }))
      record()
    },
    async ready(name, signal) {
      const found = processes.get(name)
      if (!found) throw new Error(`there is no process ${name}`)
      const givenUp = new AbortController()
      await waitFor(
        async () => {
          const why = await whyNotReady(found.plan.readyUrl)
          if (why === undefined) return true
          if (found.starts > maxStarts) givenUp.abort(new Error(`${name} died ${maxStarts} times before it was ready`))
          return missing(`${name} to be ready: ${why}`)
        },
        { timeoutMs: readyTimeoutMs, pollMs: readyPollMs, signal: AbortSignal.any([signal, givenUp.signal]) },
      )
    },
    async stop(graceMs) {
      const [first, ...others] = processes.values()
      await Promise.all(others.map((each) => each.stop(graceMs)))
      await first?.stop(graceMs)
    },
    kill: () => processes.forEach((each) => each.kill()),
  }
}
