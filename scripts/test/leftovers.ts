import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** The variable that marks every process of one run, also those that left its process group. */
export const runMark = 'PARLEY_TEST_RUN'

export interface Leftover {
  readonly pid: number
  readonly command: string
}

const reader =
  (pid: string) =>
  (file: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8')
    } catch {
      return '' // it is gone, or another user's
    }
  }

/** The processes of a run that still live. Finds none where there is no /proc. */
export function leftovers(run: string): readonly Leftover[] {
  let pids: readonly string[] = []
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
  return pids.flatMap((pid) => {
    const read = reader(pid)
    if (!read('environ').split('\0').includes(`${runMark}=${run}`)) return []
    return [{ pid: Number(pid), command: read('cmdline').split('\0').join(' ').trim().slice(0, 120) }]
  })
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}

/** Gives the processes of a run `graceMs` to end, then ends and returns those that did not. */
export async function clearLeftovers(run: string, graceMs: number): Promise<readonly Leftover[]> {
  const deadline = performance.now() + graceMs
  let left = leftovers(run)
  while (left.length > 0 && performance.now() < deadline) {
    await delay(100)
    left = leftovers(run)
  }
  for (const { pid } of left) kill(pid)
  return left
}
