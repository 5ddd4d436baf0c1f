import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { missing, waitFor } from '../../kit/wait.ts'
import { runProgram } from '../support/program.ts'

/** What of a machine a cluster touches, one line a thing, so that two moments can be compared. */
export interface MachineState {
  /** Processes that are in no cgroup or PID namespace of the machine's own, or carry a cluster's mark. */
  readonly processes: readonly string[]
  readonly mounts: readonly string[]
  readonly interfaces: readonly string[]
  readonly routes: readonly string[]
  readonly rules: readonly string[]
  readonly cgroups: readonly string[]
  readonly folders: readonly string[]
  /** Kernel settings by name. */
  readonly settings: ReadonlyMap<string, string>
}

/** Folders that nodes mount theirs on, or that cluster.sh keeps things in. */
const folders = [
  '/run/testcluster',
  '/var/lib/kubelet',
  '/var/lib/containerd',
  '/var/lib/cni',
  '/etc/cni/net.d',
  '/var/log/pods',
  '/var/log/containers',
]

const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '')

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // gone, or not for reading
  }
}

/** Prints of a program, or nothing where the machine does not have it. */
const printed = async (program: string, ...args: readonly string[]): Promise<readonly string[]> =>
  lines((await runProgram(program, args)).out)

function clusterProcesses(): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter(
      (pid) =>
        read(`/proc/${pid}/environ`).includes('TESTCLUSTER_STATE=') || /\/testcluster(\/|$)/m.test(read(`/proc/${pid}/cgroup`)),
    )
    .map((pid) => `${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()}`)
}

function cgroups(): readonly string[] {
  const root = '/sys/fs/cgroup'
  const tops = existsSync(root) ? readdirSync(root) : []
  return tops.map((controller) => join(root, controller, 'testcluster')).filter((folder) => existsSync(folder))
}

/** Settings that a running kernel changes by itself: counts and random numbers. */
const volatile = /^\/proc\/sys\/(fs\/(dentry|inode|file|aio|quota)|kernel\/(random|ns_last_pid|pty\/nr|perf)|net\/.*count$)/

function settings(): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const entry of readdirSync('/proc/sys', { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name)
    if (entry.isFile() && !volatile.test(file)) found.set(file, read(file).trim())
  }
  return found
}

/** Looks at the machine. */
export async function machineState(): Promise<MachineState> {
  return {
    processes: clusterProcesses(),
    mounts: lines(read('/proc/self/mountinfo')).map((line) => line.split(' ').slice(3).join(' ')),
    interfaces: await printed('ip', '-oneline', '-brief', 'link'),
    routes: [...(await printed('ip', 'route', 'show', 'table', 'all')), ...(await printed('ip', 'rule'))],
    rules: [...(await printed('nft', 'list', 'ruleset')), ...(await printed('iptables-save'))].filter(
      (line) => !line.startsWith('#'),
    ),
    cgroups: cgroups(),
    folders: folders.filter((folder) => existsSync(folder)),
    settings: settings(),
  }
}

const lists = ['processes', 'mounts', 'interfaces', 'routes', 'rules', 'cgroups', 'folders'] as const
type Kind = (typeof lists)[number] | 'settings'

function changedSettings(before: MachineState, after: MachineState): readonly string[] {
  return [...before.settings].flatMap(([name, value]) => {
    const now = after.settings.get(name)
    return now === undefined || now === value ? [] : [`settings: ${name} was ${value} and is ${now}`]
  })
}

/**
 * What differs between two moments, one sentence each; nothing where all is as before. `kinds` leaves out what other programs of the
 * machine may have changed meanwhile. Processes are only ever left: one that ended was nobody's loss. A setting counts only where it was there before: kernel modules that were loaded meanwhile bring
 * settings of their own.
 */
export function changesBetween(
  before: MachineState,
  after: MachineState,
  kinds: readonly Kind[] = [...lists, 'settings'],
): readonly string[] {
  return kinds.flatMap((kind) =>
    kind === 'settings'
      ? changedSettings(before, after)
      : [
          ...after[kind].filter((line) => !before[kind].includes(line)).map((line) => `${kind}: left ${line}`),
          ...before[kind]
            .filter((line) => kind !== 'processes' && !after[kind].includes(line))
            .map((line) => `${kind}: gone ${line}`),
        ],
  )
}

/**
 * Waits until the machine is as it was: processes and interfaces are gone a moment after they were taken away. Rejects with what differs still.
 */
export async function asBefore(before: MachineState, kinds?: readonly Kind[]): Promise<void> {
  await waitFor(
    async () => {
      const changes = changesBetween(before, await machineState(), kinds)
      return changes.length === 0 || missing(`the machine as it was:\n${changes.join('\n')}`)
    },
    { timeoutMs: 60_000, pollMs: 500 },
  )
}
