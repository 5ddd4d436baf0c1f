import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { systemClock } from '../../kit/clock.ts'
import { missing, waitFor } from '../../kit/wait.ts'
import { startNode, type ProcessPlan } from './child.ts'
import { createFleet, type Fleet, type ProcessRecord } from './fleet.ts'
import { choosePorts, probePort } from './ports.ts'
import type { ProcessEvent } from './supervisor.ts'

const entry = new URL('./testing/fakeService.ts', import.meta.url).pathname
const never = new AbortController().signal

let folder: string
let fleet: Fleet
let events: ProcessEvent[]
let lines: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-fleet-'))
  events = []
  lines = []
  fleet = createFleet({
    start: startNode,
    clock: systemClock,
    random: () => 0,
    stateFolder: folder,
    onLine: (name, line) => void lines.push(`${name}: ${line}`),
    onEvent: (event) => void events.push(event),
  })
})

afterEach(async () => {
  await fleet.stop(2_000)
  rmSync(folder, { recursive: true })
})

async function aPort(): Promise<number> {
  const wish = { name: 'service', usual: 0, count: 1, protocols: ['tcp'], host: '127.0.0.1' } as const
  const ports = await choosePorts([wish], { preferUsual: false, probe: probePort, random: Math.random })
  return ports.get('service') ?? 0
}

async function aPlan(name: string, ...mode: string[]): Promise<ProcessPlan> {
  const port = await aPort()
  return { name, entry, args: [String(port), ...mode], env: {}, readyUrl: `http://127.0.0.1:${port}/` }
}

const records = (): readonly ProcessRecord[] =>
  JSON.parse(readFileSync(join(folder, 'processes.json'), 'utf8')) as ProcessRecord[]
const pidOf = (name: string): number => records().find((record) => record.name === name)?.pid ?? 0

const isRunning = (pid: number): boolean => {
  try {
    // A process that ended and was not waited for yet still has a pid; its state says so.
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
const gone = (...pids: number[]): Promise<true> =>
  waitFor(() => pids.every((pid) => !isRunning(pid)) || missing(`end of ${pids.filter(isRunning).join(', ')}`), {
    timeoutMs: 30_000,
  })

/** The process that a stand-in started itself. */
const helperOf = async (plan: ProcessPlan): Promise<number> => Number(await (await fetch(plan.readyUrl)).text())

test('a process that is killed is started again; what it had started goes with it', async () => {
  const plan = await aPlan('service')
  fleet.add(plan)
  await fleet.ready('service', never)
  const [pid, helper] = [pidOf('service'), await helperOf(plan)]
  process.kill(pid, 'SIGKILL')
  await gone(pid, helper)
  await waitFor(() => records()[0]?.starts === 2 || missing('the second start'), { timeoutMs: 30_000 })
  await fleet.ready('service', never)
  expect(pidOf('service')).not.toBe(pid)
  expect(events).toContainEqual({ type: 'died', name: 'service', reason: 'killed by SIGKILL', againInMs: 100 })
})

test('all stop, the stubborn one by force', async () => {
  fleet.add(await aPlan('gentle'))
  fleet.add(await aPlan('stubborn', '--stubborn'))
  await Promise.all([fleet.ready('gentle', never), fleet.ready('stubborn', never)])
  const pids = [pidOf('gentle'), pidOf('stubborn')]
  await fleet.stop(300)
  await gone(...pids)
  expect(events.filter(({ type }) => type === 'stopped').map(({ name }) => name)).toEqual(['stubborn', 'gentle'])
})

test('a process that never gets ready fails the start, with its last words kept', async () => {
  fleet.add(await aPlan('broken', '--broken'))
  await expect(fleet.ready('broken', never)).rejects.toThrow('broken died 3 times before it was ready')
  expect(lines).toContain('broken: this service is broken')
})

test('a launcher that is killed takes its children and theirs along', async () => {
  const port = await aPort()
  const launcher = spawn(process.execPath, [new URL('./testing/fakeLauncher.ts', import.meta.url).pathname, String(port)])
  try {
    const [told] = (await once(launcher.stdout, 'data')) as [Buffer]
    const child = Number(told.toString())
    const helper = await waitFor(() => helperOf({ readyUrl: `http://127.0.0.1:${port}/` } as ProcessPlan), { timeoutMs: 30_000 })
    launcher.kill('SIGKILL')
    expect(await gone(child, helper)).toBe(true)
  } finally {
    launcher.kill('SIGKILL')
  }
})
