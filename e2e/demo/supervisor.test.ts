import { expect, test } from 'vitest'

import { virtualClock, type VirtualClock } from '../../kit/virtualClock.ts'
import type { Child, ExitReason, ProcessPlan, StartChild } from './child.ts'
import { supervise, type ProcessEvent, type Supervised } from './supervisor.ts'

const plan: ProcessPlan = {
  name: 'operator',
  entry: 'operator/main.ts',
  args: [],
  env: {},
  readyUrl: 'http://127.0.0.1:1/readyz',
}

interface FakeMachine {
  readonly start: StartChild
  /** Processes that run now. */
  readonly alive: Map<number, { readonly die: (reason: ExitReason) => void }>
  /** Whether processes end when they are asked to. */
  obedient: boolean
}

function aMachine(): FakeMachine {
  let lastPid = 100
  const machine: FakeMachine = {
    obedient: true,
    alive: new Map(),
    start: () => {
      const pid = ++lastPid
      let settle: (reason: ExitReason) => void = () => undefined
      const exited = new Promise<ExitReason>((resolve) => (settle = resolve))
      const die = (reason: ExitReason): void => {
        machine.alive.delete(pid)
        settle(reason)
      }
      machine.alive.set(pid, { die })
      const child: Child = {
        pid,
        exited,
        terminate: () => (machine.obedient ? die('ended with code 0') : undefined),
        kill: () => die('killed by SIGKILL'),
      }
      return child
    },
  }
  return machine
}

function run(machine: FakeMachine, clock: VirtualClock): { supervised: Supervised; events: ProcessEvent[] } {
  const events: ProcessEvent[] = []
  const supervised = supervise({
    plan,
    start: machine.start,
    clock,
    random: () => 1,
    onLine: () => undefined,
    onEvent: (event) => events.push(event),
  })
  return { supervised, events }
}

const crash = (machine: FakeMachine): void => [...machine.alive.values()].forEach(({ die }) => die('killed by SIGKILL'))

test('a process that dies is started again after the backoff', async () => {
  const [machine, clock] = [aMachine(), virtualClock()]
  const { supervised, events } = run(machine, clock)
  crash(machine)
  await clock.advance(199)
  expect(supervised.pid).toBeUndefined()
  await clock.advance(1)
  expect(supervised).toMatchObject({ pid: 102, starts: 2 })
  expect(events).toContainEqual({ type: 'died', name: 'operator', reason: 'killed by SIGKILL', againInMs: 200 })
})

test('a process that keeps dying is started less and less often, and one that settled at once again', async () => {
  const [machine, clock] = [aMachine(), virtualClock()]
  const { events } = run(machine, clock)
  for (let death = 0; death < 7; death++) {
    crash(machine)
    await clock.advance(5_000)
  }
  await clock.advance(10_000)
  crash(machine)
  await clock.advance(0)
  const waits = events.flatMap((event) => (event.type === 'died' ? [event.againInMs] : []))
  expect(waits).toEqual([200, 400, 800, 1_600, 3_200, 5_000, 5_000, 200])
})

test('a process that is stopped stays stopped', async () => {
  const [machine, clock] = [aMachine(), virtualClock()]
  const { supervised, events } = run(machine, clock)
  await supervised.stop(1_000)
  await clock.advance(60_000)
  expect(machine.alive.size).toBe(0)
  expect(events.at(-1)).toEqual({ type: 'stopped', name: 'operator' })
  expect(clock.pending()).toBe(0)
})

test('a process that does not stop in time is ended by force', async () => {
  const [machine, clock] = [aMachine(), virtualClock()]
  machine.obedient = false
  const { supervised } = run(machine, clock)
  const stopped = supervised.stop(1_000)
  await clock.advance(999)
  expect(machine.alive.size).toBe(1)
  await clock.advance(1)
  await stopped
  expect(machine.alive.size).toBe(0)
})

test('a process that waits to be started again is not, once it is stopped', async () => {
  const [machine, clock] = [aMachine(), virtualClock()]
  const { supervised } = run(machine, clock)
  crash(machine)
  await clock.advance(100)
  await supervised.stop(1_000)
  await clock.advance(60_000)
  expect(supervised.starts).toBe(1)
})
