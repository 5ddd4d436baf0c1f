import { expect, test } from 'vitest'

import type { SegmentReport } from '../../sfu/api/order.ts'
import { acceptLimit } from '../placement/filters.ts'
import { ALedger, outcomeOf } from '../testing/aLedger.ts'
import { noCost, type Cost } from './load/cost.ts'
import { measuredAfterMs } from './load/reservations.ts'

const reservedOn = (world: ALedger, node: string): Cost => world.ledger.nodes.get(node)?.reserved ?? noCost

/** A meeting with `ann` on `a` and `bob` on `b`, and time enough for both to be measured. */
function onTwoNodes(): ALedger {
  const world = new ALedger().pool('eu', 'eu-west').pool('us', 'us-east').node('a', { pool: 'eu' }).node('b', { pool: 'us' })
  world.join('standup', 'ann', { region: 'eu-west' })
  world.join('standup', 'bob', { region: 'us-east' })
  return later(world)
}

function later(world: ALedger): ALedger {
  world.nowMs += 21_000
  world.load('a', 0).load('b', 0).ledger.sweep(world.nowMs)
  return world
}

function tells(world: ALedger, node: string, of: { sharing: readonly boolean[] }): void {
  const entry = world.ledger.meetings.get('demo/standup')
  const segment: SegmentReport = {
    meeting: { namespace: 'demo', name: 'standup', incarnation: entry?.incarnation ?? '' },
    ...{ epoch: 1, generation: 1, role: 'core', fallback: false, worker: 0, peers: [], createdAtMs: 0 },
    participants: of.sharing.map((screen, index) => ({
      ...{ participant: `p${index}`, attachment: world.mintUlid(), publishing: true, hidden: false },
      ...(screen ? { screen } : {}),
    })),
  }
  world.ledger.hear(node, { type: 'segment', segment }, world.nowMs)
}

test('a join reserves on each segment of the meeting, in each resource', () => {
  const world = onTwoNodes()
  world.join('standup', 'cid', { region: 'eu-west' })
  expect(reservedOn(world, 'a')).toMatchObject({ consumers: 10, pipePorts: 0, ingressBitsPerSecond: 2_200_000 })
  expect(reservedOn(world, 'b')).toMatchObject({ consumers: 2, pipePorts: 0, egressBitsPerSecond: 550_000 })
  later(world)
  expect([reservedOn(world, 'a'), reservedOn(world, 'b')]).toEqual([noCost, noCost])
})

test('a join that opens a segment reserves the ports of its pipes on both ends, and what goes through them', () => {
  const world = onTwoNodes().pool('asia', 'asia').node('c', { pool: 'asia' })
  world.join('standup', 'cid', { region: 'asia' })
  expect(reservedOn(world, 'c')).toMatchObject({ pipePorts: 2 })
  expect(reservedOn(world, 'a')).toMatchObject({ pipePorts: 1 })
  expect(reservedOn(world, 'b')).toMatchObject({ pipePorts: 1 })
  world.join('standup', 'dan', { region: 'asia' })
  expect(reservedOn(world, 'c')).toMatchObject({ pipePorts: 2 })
})

test('a node whose ports, ingress or egress are nearly gone takes no new segment, though its workers are idle', () => {
  const nearly = acceptLimit + 0.01
  const full = { pipePorts: 100 * nearly, ingressBitsPerSecond: 1e9 * nearly, egressBitsPerSecond: 1e9 * nearly }
  for (const [resource, amount] of Object.entries(full)) {
    const world = new ALedger().pool('eu', 'eu-west').node('a', { pool: 'eu' }).node('b', { pool: 'eu', cpu: 0.5 })
    world.measure('a', { [resource]: amount })
    expect(outcomeOf(world.decide('standup', 'ann'))).toBe('b')
    world.load('b', 0.6)
    expect(world.decide('standup', 'ann')).toMatchObject({ result: 'tryAfter', code: 'nodes_full' })
  }
})

test('resources are summed each for itself: what is left of one does not pay for another', () => {
  const world = new ALedger().pool('eu', 'eu-west').node('a', { pool: 'eu' })
  world.measure('a', { cpus: [0.5], consumers: [100] })
  world.join('standup', 'ann')
  const { CPU, consumers, egress } = world.ledger.nodes.get('a')?.sharesOf(0) ?? { CPU: 0, consumers: 0, egress: 0 }
  expect(CPU).toBeGreaterThan(0.5)
  expect(CPU).toBeLessThan(0.52)
  expect(consumers).toBeCloseTo((100 + 8) / 500, 12)
  expect(egress).toBeGreaterThan(0)
  expect(world.ledger.nodes.get('a')?.newSegmentLoad).toBe(CPU)
})

test('new segments go to the least loaded worker, and each join is judged by the worker of its segment', () => {
  const world = new ALedger().pool('eu', 'eu-west').node('a', { pool: 'eu' })
  world.measure('a', { cpus: [0.5, 0.3] })
  world.join('standup', 'ann')
  expect(world.ledger.meetings.get('demo/standup')?.segments.get('a')?.expectedWorker).toBe(1)
  world.measure('a', { cpus: [0.9, 0.3] })
  expect(outcomeOf(world.decide('standup', 'bob'))).toBe('a')
  world.measure('a', { cpus: [0.3, 0.9] })
  expect(outcomeOf(world.decide('standup', 'bob'))).toBe('nodes_full')
  tells(world, 'a', { sharing: [false] })
  expect(outcomeOf(world.decide('standup', 'bob'))).toBe('a')
})

test('a screen that somebody begins to share is reserved at once, for all who are there, and weighs on who joins', () => {
  const world = onTwoNodes()
  tells(world, 'a', { sharing: Array.from({ length: 100 }, () => false) })
  later(world)
  expect(reservedOn(world, 'a')).toEqual(noCost)
  tells(world, 'a', { sharing: Array.from({ length: 100 }, (_, index) => index === 0) })
  expect(reservedOn(world, 'a').egressBitsPerSecond).toBe(101 * 2_500_000) // The other 99, the unused grant of ann, and the pipe.
  expect(reservedOn(world, 'b')).toMatchObject({ egressBitsPerSecond: 2_500_000, ingressBitsPerSecond: 2_500_000 })
  later(world)
  tells(world, 'a', { sharing: Array.from({ length: 100 }, (_, index) => index === 0) })
  expect(reservedOn(world, 'a')).toEqual(noCost)
  const before = reservedOn(world, 'b').egressBitsPerSecond
  world.join('standup', 'cid', { region: 'us-east', rights: { publish: [], subscribe: true, hidden: false } })
  expect(reservedOn(world, 'b').egressBitsPerSecond - before).toBeGreaterThan(2_500_000)
})

test('a node that tells of screens without end, on and off, reserves for a few, once', () => {
  const world = onTwoNodes()
  for (let turn = 0; turn < 50; turn++) {
    tells(world, 'a', { sharing: Array.from({ length: 200 }, () => true) })
    tells(world, 'a', { sharing: Array.from({ length: 200 }, () => false) })
  }
  expect(reservedOn(world, 'b').egressBitsPerSecond).toBeLessThanOrEqual(4 * 2_500_000)
})

/** What `a` tells of ann, as she is there. */
function annIs(world: ALedger, attachment: string, publishing: boolean): void {
  const meeting = {
    namespace: 'demo',
    name: 'standup',
    incarnation: world.ledger.meetings.get('demo/standup')?.incarnation ?? '',
  }
  const rest = { epoch: 1, generation: 1, role: 'core' as const, fallback: false, worker: 0, peers: [], createdAtMs: 0 }
  const participants = [{ participant: 'ann', attachment, publishing, hidden: false }]
  world.ledger.hear('a', { type: 'segment', segment: { meeting, ...rest, participants } }, world.nowMs)
}

test('what is reserved falls once it is measured, which begins when somebody publishes who may', () => {
  const world = new ALedger().pool('eu', 'eu-west').node('a', { pool: 'eu' })
  const { committed } = world.join('standup', 'ann')
  const attachment = committed?.attachment ?? ''
  const reserved = reservedOn(world, 'a')
  const pass = (ms: number): Cost => {
    world.nowMs += ms
    world.load('a', 0).ledger.sweep(world.nowMs)
    return reservedOn(world, 'a')
  }
  annIs(world, attachment, false)
  expect(pass(measuredAfterMs)).toEqual(reserved)
  annIs(world, attachment, true)
  expect(pass(measuredAfterMs - 1)).toEqual(reserved)
  annIs(world, attachment, true)
  expect(pass(1)).toEqual(noCost)
})

test('of a viewer it is measured from when they are there', () => {
  const world = new ALedger().pool('eu', 'eu-west').node('a', { pool: 'eu' })
  const { committed } = world.join('standup', 'ann', { rights: { publish: [], subscribe: true, hidden: false } })
  annIs(world, committed?.attachment ?? '', false)
  world.nowMs += measuredAfterMs
  world.ledger.sweep(world.nowMs)
  expect(reservedOn(world, 'a')).toEqual(noCost)
})

test('somebody who asks again, since their grant was of no use, is reserved for once', () => {
  const world = new ALedger().pool('eu', 'eu-west').node('a', { pool: 'eu' }).node('b', { pool: 'eu', cpu: 0.5 })
  world.join('standup', 'ann')
  const once = reservedOn(world, 'a')
  world.join('standup', 'ann', { excludeNodes: ['a'] })
  expect(reservedOn(world, 'a').consumers).toBeLessThan(once.consumers)
  world.join('standup', 'ann', { excludeNodes: ['b'] })
  expect(reservedOn(world, 'a').consumers).toBeLessThanOrEqual(once.consumers + 4)
})

test('in a core with leaves a core pays for what it sends on to its leaves, and only cores may get the next pipe', () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  const world = new ALedger()
  for (const name of names) world.pool(name, `region-${name}`).node(name, { pool: name })
  for (const name of names) world.join('standup', `p-${name}`, { region: `region-${name}` })
  const meeting = {
    namespace: 'demo',
    name: 'standup',
    incarnation: world.ledger.meetings.get('demo/standup')?.incarnation ?? '',
  }
  const leaves = names.slice(1)
  for (const name of names) {
    const isCore = name === 'a'
    const peers = isCore
      ? leaves.map((node) => ({ node, role: 'leaf' as const, up: true }))
      : [{ node: 'a', role: 'core' as const, up: true }]
    const rest = { epoch: 1, generation: 1, fallback: false, worker: 0, participants: [], createdAtMs: 0 }
    world.ledger.hear(
      name,
      { type: 'segment', segment: { meeting, role: isCore ? 'core' : 'leaf', peers, ...rest } },
      world.nowMs,
    )
  }
  world.nowMs += 21_000
  for (const name of names) world.load(name, 0)
  world.ledger.sweep(world.nowMs)

  world.join('standup', 'p-6', { region: 'region-b' })
  // Two tracks: to the one who is there and to four leaves; to the one who is there.
  expect([reservedOn(world, 'a').consumers, reservedOn(world, 'c').consumers]).toEqual([10, 2])
  expect(names.map((name) => reservedOn(world, name).pipePorts)).toEqual([0, 0, 0, 0, 0])

  world.pool('f', 'region-f').node('f', { pool: 'f' })
  world.join('standup', 'p-7', { region: 'region-f' })
  expect([...names, 'f'].map((name) => reservedOn(world, name).pipePorts)).toEqual([1, 0, 0, 0, 0, 1])
})
