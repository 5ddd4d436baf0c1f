import { describe, expect, test } from 'vitest'

import type { DrainWish } from '../../../sfu/api/drain.ts'
import { drainFaultsOf, saysWhy } from '../histories/historyDrain.ts'
import { History } from '../histories/history.ts'
import { anInstallation, placedIn } from '../processes/installation.ts'
import { namespace, type Simulation } from '../world/simulation.ts'
import { Budgets } from './budgets.ts'
import { Deadlines } from './deadlines.ts'
import { Tellings } from './tellings.ts'

const ulid = (last: string): string => `01J0000000000000000000000${last}`
const standup = { namespace, name: 'standup', incarnation: ulid('2') }
const minuteMs = 60_000

/** Four people of a meeting on each of these nodes, which no operator knows of. */
function peopleOn(simulation: Simulation, ...names: readonly string[]): void {
  for (const [at, name] of names.entries())
    for (let each = 0; each < 4; each++)
      simulation.nodes.get(name)?.attach(standup, { participant: `p${at}-${each}`, attachment: simulation.mintUlid() })
}

/** A world without an operator, so that the test alone orders. */
async function aWorld(): Promise<Simulation> {
  const simulation = await anInstallation()
  await simulation.leader()?.kill()
  return simulation
}

const drain = (simulation: Simulation, name: string, wish: Partial<DrainWish> = {}): void =>
  void simulation.nodes.get(name)?.drain({
    ...{ epoch: 9, draining: true, reason: 'x', stay: [], deadlineAtMs: simulation.clock.nowMs() + 10 * minuteMs },
    ...wish,
  })

/** The node tells the first of its people, whatever it should do. */
function tell(simulation: Simulation, checks: Budgets | Tellings, node: string, index = 0): void {
  const [segment] = simulation.nodes.get(node)?.segments() ?? []
  const person = segment?.participants[index]
  if (segment === undefined || person === undefined) throw new Error(`nobody is on ${node}`)
  checks.told({ node, meeting: segment.meeting, person, why: 'drain' })
}

describe('the budget of a meeting', () => {
  test('is passed by one node', async () => {
    const simulation = await aWorld()
    const budgets = new Budgets(simulation)
    peopleOn(simulation, 'eu-1')
    drain(simulation, 'eu-1')
    tell(simulation, budgets, 'eu-1')
    await simulation.clock.advance(3_000)
    tell(simulation, budgets, 'eu-1', 1)
    expect(budgets.faults).toEqual([])
    await simulation.clock.advance(2_000)
    tell(simulation, budgets, 'eu-1', 2)
    expect(budgets.faults).toEqual(['2 people of standup are under way at 10000, of 4, from eu-1'])
  })

  test('is passed for the sake of the deadline', async () => {
    const simulation = await aWorld()
    const budgets = new Budgets(simulation)
    peopleOn(simulation, 'eu-1')
    drain(simulation, 'eu-1', { deadlineAtMs: simulation.clock.nowMs() + 7_000 })
    for (const index of [0, 1]) tell(simulation, budgets, 'eu-1', index)
    expect(budgets.faults).toEqual([])
    tell(simulation, budgets, 'eu-1', 2)
    expect(budgets.faults).toHaveLength(1)
  })

  test.each([
    ['that share it', 2, 1],
    ['before both know that they share it', undefined, 0],
  ])('is passed by two nodes %s', async (_, nodes, faults) => {
    const simulation = await aWorld()
    const budgets = new Budgets(simulation)
    peopleOn(simulation, 'eu-1', 'us-1')
    const shared = (part: number) => (nodes === undefined ? {} : { shared: [{ meeting: 'demo/standup', nodes, part }] })
    drain(simulation, 'eu-1', shared(0))
    drain(simulation, 'us-1', shared(1))
    for (const node of ['eu-1', 'us-1']) tell(simulation, budgets, node)
    expect(budgets.faults).toHaveLength(faults)
  })
})

describe('somebody is told to go', () => {
  test('twice', async () => {
    const simulation = await aWorld()
    const tellings = new Tellings(simulation)
    peopleOn(simulation, 'eu-1')
    drain(simulation, 'eu-1')
    tell(simulation, tellings, 'eu-1')
    tell(simulation, tellings, 'eu-1', 1)
    expect(tellings.faults).toEqual([])
    tell(simulation, tellings, 'eu-1')
    expect(tellings.faults).toEqual(['eu-1 tells p0-0 of standup to go at 5000, as it did at 5000'])
  })

  test('by a node whose drain was cancelled', async () => {
    const simulation = await aWorld()
    const tellings = new Tellings(simulation)
    peopleOn(simulation, 'eu-1')
    drain(simulation, 'eu-1')
    simulation.nodes.get('eu-1')?.drain({ epoch: 9, draining: false })
    tell(simulation, tellings, 'eu-1')
    expect(tellings.faults).toEqual(['eu-1 tells p0-0 of standup to go at 5000, and does not drain'])
  })
})

describe('a deadline', () => {
  const order = (simulation: Simulation, deadlineAtMs: number) => ({
    ...{ node: 'eu-1', boot: 'first', verb: 'drain' as const, meeting: undefined, epoch: 1, generation: 0 },
    drain: { epoch: 1, draining: true as const, reason: 'x', stay: [], deadlineAtMs: simulation.clock.nowMs() + deadlineAtMs },
  })

  test('is later than was asked for, or nobody asked', async () => {
    const simulation = await anInstallation()
    const deadlines = new Deadlines(simulation)
    deadlines.taken(order(simulation, minuteMs), 'one')
    expect(deadlines.faults).toEqual(['one has eu-1 drain at 5000, which nobody asks for'])
    simulation.drain('eu-1', { deadlineSeconds: 60 })
    await simulation.pass(100)
    deadlines.taken(order(simulation, minuteMs - 100), 'one')
    expect(deadlines.faults).toHaveLength(1)
    deadlines.taken(order(simulation, minuteMs), 'one')
    expect(deadlines.faults.at(-1)).toBe('one has eu-1 drain at 5100 for 100 ms longer than was asked for')
  })

  test('passes, and people are there still', async () => {
    const simulation = await aWorld()
    const deadlines = new Deadlines(simulation)
    peopleOn(simulation, 'eu-1')
    drain(simulation, 'eu-1', { deadlineAtMs: simulation.clock.nowMs() + 1_500 })
    const node = simulation.nodes.get('eu-1')
    if (node !== undefined) Object.assign(node, { beat: () => undefined })
    await simulation.pass(2_000)
    expect(deadlines.faults).toEqual([])
    await simulation.pass(1_000)
    expect(deadlines.faults).toEqual(['4 people are on eu-1 at 8000, 1500 ms after its deadline'])
  })
})

test('that a node passes media on is a reason to stand still where it does', async () => {
  const simulation = await aWorld()
  const node = simulation.nodes.get('eu-1')
  if (node === undefined) throw new Error('eu-1 is missing')
  const message = 'nobody is left; it passes on the media of demo/standup until other media nodes do'
  const says = (): boolean => saysWhy({ reason: '', left: '0', moved: '0', blocked: false, message }, node)
  peopleOn(simulation, 'eu-1')
  expect(says()).toBe(false)
  const common = { epoch: 9, generation: 1, region: 'eu-west', limits: { maxParticipants: 9 } }
  node.put(standup, { ...common, role: 'core', peers: [{ node: 'us-1', url: 'http://us-1:1', token: '', role: 'leaf' }] })
  expect(says()).toBe(true)
})

describe('a drain in a world in which nothing fails', () => {
  /** Two people are in a meeting in each of these regions. */
  async function aHistory(...regions: readonly string[]): Promise<History> {
    const history = new History(1)
    const { simulation, people } = history
    history.startOperator()
    await simulation.pass(5_000)
    for (const region of regions)
      for (const name of ['ann', 'bob']) {
        const { node, attachment } = placedIn(await simulation.join('chat', `${name}-${region}`, { region }))
        people.set(`chat ${name}-${region}`, { node, attachment })
      }
    await simulation.pass(5_000)
    return history
  }

  test('ends', async () => {
    const history = await aHistory('eu-west', 'us-east')
    expect(await drainFaultsOf(history)).toEqual([])
    expect(history.counters.of('nodes drained to the end')).toBe(2)
  })

  test('is not begun, though for a moment it may wait for its turn to be written', async () => {
    const history = await aHistory('eu-west')
    const { simulation } = history
    for (const operator of simulation.operators.keys()) simulation.cutFromApi.add(operator)
    simulation.clock.after(8_000, () => simulation.cutFromApi.clear())
    expect(await drainFaultsOf(history)).toEqual([])
    for (const operator of [...simulation.operators.values()]) await operator.kill()
    const [fault] = await drainFaultsOf(history)
    expect(fault).toMatch(/^eu-\d stands still since \d+ and does not say why: its drain has not begun$/)
  })

  test('stands still without a word, and does not end', async () => {
    const history = await aHistory('eu-west')
    for (const node of history.simulation.nodes.values()) {
      const told = node.drain.bind(node)
      // It says that it drains and lets nobody go.
      Object.assign(node, {
        drain: (of: Parameters<typeof told>[0]) =>
          told(of.draining ? { ...of, stay: ['demo/chat'], deadlineAtMs: of.deadlineAtMs + minuteMs } : of),
      })
    }
    const faults = await drainFaultsOf(history)
    expect(faults.some((fault) => /stands still since .* and does not say why/.test(fault))).toBe(true)
    expect(faults.some((fault) => /is Draining after its deadline with \d people/.test(fault))).toBe(true)
  })
})
