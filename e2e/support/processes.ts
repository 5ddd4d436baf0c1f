import { readdirSync, readFileSync } from 'node:fs'

import { missing, waitFor } from '../../kit/wait.ts'

function statOf(pid: number): { readonly state: string; readonly parent: number } | undefined {
  try {
    const [, state = '', parent = '0'] = /^\d+ \(.*\) (\S) (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    return { state, parent: Number(parent) }
  } catch {
    return undefined
  }
}

/** Whether a process runs; one that ended and was not waited for yet does not. */
export function isRunning(pid: number): boolean {
  const stat = statOf(pid)
  return stat !== undefined && stat.state !== 'Z' && stat.state !== 'X'
}

/** A process and all that descend from it, as the kernel knows them now. */
export function familyOf(pid: number): readonly number[] {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), statOf(Number(name))?.parent]),
  )
  const family = [pid]
  for (const member of family) for (const [child, parent] of parents) if (parent === member) family.push(child)
  return family
}

/** The command line of a process, for the words of a failure. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return '?'
  }
}

/** Waits until none of the processes runs; rejects naming those that do. */
export async function gone(pids: readonly number[], timeoutMs = 60_000): Promise<void> {
  await waitFor(
    () => {
      const left = pids.filter(isRunning)
      return left.length === 0 || missing(`the end of ${left.map((pid) => `${pid} (${commandOf(pid)})`).join(', ')}`)
    },
    { timeoutMs },
  )
}
