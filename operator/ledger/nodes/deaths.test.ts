import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { loadStaleAfterMs } from '../../../sfu/api/load.ts'
import type { SegmentReport } from '../../../sfu/api/order.ts'
import { ALedger, outcomeOf } from '../../testing/aLedger.ts'
import { lostMediaCountsMs } from './lostMedia.ts'
import { nodeStateOf } from './nodeState.ts'
import { unseenPipeCountsAfterMs } from '../meetings/pipesDown.ts'

const capacity = { consumersPerWorker: 500, egressBitsPerSecond: 1e9, ingressBitsPerSecond: 1e9, pipePorts: 100 }

/** `a` hosts the meeting with `b` and `c`, each pipe up; ann and bob are on `a`. */
class AMesh extends ALedger {
  readonly incarnation = this.mintUlid()
  readonly #attachments = new Map<string, string>()

  constructor() {
    super()
    this.pool('eu', 'eu-west')
    for (const name of ['a', 'b', 'c']) this.node(name, { pool: 'eu' })
    this.report('a', { b: true, c: true }, ['ann', 'bob'])
    this.report('b', { a: true, c: true }, ['cid'])
    this.report('c', { a: true, b: true }, ['dan'])
  }

  report(node: string, pipes: Readonly<Record<string, boolean>>, people: readonly string[]): void {
    const participants = people.map((participant) => {
      const attachment = this.#attachments.get(participant) ?? this.mintUlid()
      this.#attachments.set(participant, attachment)
      return { participant, attachment, publishing: true, hidden: false }
    })
    const segment: SegmentReport = {
      meeting: { namespace: 'demo', name: 'standup', incarnation: this.incarnation },
      ...{ epoch: 1, generation: 1, role: 'core', fallback: false, worker: 0, createdAtMs: 0 },
      participants,
      peers: Object.entries(pipes).map(([peer, up]) => ({ node: peer, role: 'core', up })),
    }
    this.ledger.hear(node, { type: 'segment', segment }, this.nowMs)
  }

  /** `a` answers as a new process. */
  startAnew(): void {
    const hello = { boot: this.mintUlid(), version: '1', addresses: [], capacity, highestEpoch: 0, segments: [] }
    this.ledger.hear('a', { type: 'hello', protocol: 1, node: 'a', ...hello }, this.nowMs)
    this.load('a', 0)
  }

  lostMedia(participant: string, bearer = 'signaling'): void {
    this.ledger.lostMedia({ meeting: 'demo/standup', participant, nodes: ['a'], bearer }, this.nowMs)
  }

  /** Time passes in which all but `a` are heard. */
  pass(durationMs: number, { heard = ['b', 'c'] }: { heard?: readonly string[] } = {}): void {
    for (const endMs = this.nowMs + durationMs; this.nowMs < endMs;) {
      this.nowMs += Math.min(500, endMs - this.nowMs)
      for (const node of heard) this.load(node, 0)
      this.ledger.sweep(this.nowMs)
      this.ledger.judgeSilent(this.nowMs)
    }
  }

  silence(): void {
    this.pass(loadStaleAfterMs + 500)
  }

  get stateOfA(): { state: string; why: string } | undefined {
    const node = this.ledger.nodes.get('a')
    return node === undefined ? undefined : nodeStateOf(node, this.nowMs)
  }
}

/** Each of them is a second sign. */
const signs: Readonly<Record<string, (world: AMesh) => void>> = {
  'refuses connections': (world) => world.ledger.refused('a', world.nowMs),
  'b, c report their pipes to it down': (world) => {
    world.report('b', { a: false, c: true }, ['cid'])
    world.report('c', { a: false, b: true }, ['dan'])
  },
  'several people lost their media on it': (world) => {
    world.lostMedia('ann')
    world.lostMedia('bob')
  },
}

const halves: Readonly<Record<string, (world: AMesh) => void>> = {
  silence: (world) => world.silence(),
  refused: (world) => world.ledger.refused('a', world.nowMs),
  pipeOfB: (world) => world.report('b', { a: false, c: true }, ['cid']),
  pipeOfC: (world) => world.report('c', { a: false, b: true }, ['dan']),
  mediaOfAnn: (world) => world.lostMedia('ann'),
  mediaOfBob: (world) => world.lostMedia('bob'),
}

test('a node is dead by silence and one whole sign, in whatever order they come, and by nothing less', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(Object.keys(halves)), (shown) => {
      const world = new AMesh()
      for (const name of shown) {
        world.pass(10)
        halves[name]?.(world)
      }
      world.pass(500, { heard: shown.includes('silence') ? ['b', 'c'] : ['a', 'b', 'c'] })
      const has = (...names: readonly string[]): boolean => names.every((name) => shown.includes(name))
      const isSign = has('refused') || has('pipeOfB', 'pipeOfC') || has('mediaOfAnn', 'mediaOfBob')
      expect(world.stateOfA?.state === 'lost').toBe(has('silence') && isSign)
    }),
  )
})

test('silence alone kills nobody, however long it lasts', () => {
  const world = new AMesh()
  world.pass(600_000)
  expect(world.stateOfA).toMatchObject({ state: 'silent' })
  expect(world.ledger.meetings.get('demo/standup')?.people.countOn('a')).toBe(2)
})

test('every other sign without silence kills nobody', () => {
  const world = new AMesh()
  for (const show of Object.values(signs)) show(world)
  world.pass(10_000, { heard: ['a', 'b', 'c'] })
  expect(world.stateOfA).toMatchObject({ state: 'suspect' })
  expect(world.ledger.meetings.get('demo/standup')?.people.countOn('a')).toBe(2)
})

test.each(Object.entries(signs))('with silence it is dead: %s', (words, show) => {
  for (const order of ['silence first', 'sign first']) {
    const world = new AMesh()
    if (order === 'silence first') world.silence()
    world.pass(1)
    show(world)
    if (order === 'sign first') world.silence()
    world.pass(500)
    expect(world.stateOfA).toEqual({ state: 'lost', why: `silent, and ${words}` })
    expect(world.ledger.meetings.get('demo/standup')?.segments.has('a')).toBe(false)
  }
})

test('a refusal before it was heard last says nothing: its agent began again', () => {
  const world = new AMesh()
  world.ledger.refused('a', world.nowMs)
  world.pass(1_000, { heard: ['a', 'b', 'c'] })
  world.silence()
  expect(world.stateOfA).toMatchObject({ state: 'silent' })
})

test('a node is silent after the limit, and not a fraction of a millisecond before', () => {
  const world = new AMesh()
  world.ledger.hear(
    'a',
    { type: 'segmentClosed', meeting: { namespace: 'demo', name: 'x', incarnation: world.incarnation } },
    world.nowMs + 0.9,
  )
  world.ledger.refused('a', world.nowMs + 1)
  world.nowMs += loadStaleAfterMs + 0.95
  world.ledger.sweep(world.nowMs)
  expect(world.stateOfA).toMatchObject({ state: 'ready' })
  world.nowMs += 1
  world.ledger.sweep(world.nowMs)
  expect(world.stateOfA).toMatchObject({ state: 'lost' })
})

test('one person who lies, by however many requests, makes no sign; nor do people who are elsewhere', () => {
  const world = new AMesh()
  for (let lie = 0; lie < 20; lie++) world.lostMedia('ann')
  world.lostMedia('cid')
  world.lostMedia('stranger')
  expect(world.stateOfA).toMatchObject({ state: 'ready' })
  world.silence()
  expect(world.stateOfA).toMatchObject({ state: 'silent' })
})

test('one peer of two whose pipe is down is no sign, and neither is the word of peers that are silent themselves', () => {
  const world = new AMesh()
  world.report('b', { a: false, c: true }, ['cid'])
  world.silence()
  expect(world.stateOfA).toMatchObject({ state: 'silent' })
  const cut = new AMesh()
  cut.report('b', { a: false, c: true }, ['cid'])
  cut.report('c', { a: false, b: true }, ['dan'])
  cut.pass(60_000, { heard: [] })
  expect(cut.stateOfA).toMatchObject({ state: 'silent' })
})

test('a pipe that never was up counts once it had the time to come up', () => {
  const world = new AMesh()
  world.report('c', { b: true }, ['dan'])
  world.report('b', { c: true }, ['cid'])
  world.report('b', { a: false, c: true }, ['cid'])
  world.silence()
  expect(world.stateOfA).toMatchObject({ state: 'silent' })
  world.pass(unseenPipeCountsAfterMs)
  expect(world.stateOfA).toEqual({ state: 'lost', why: 'silent, and b reports its pipe to it down' })
})

test('a suspect takes nobody new while the reports are fresh, moves nobody, and is then as before', () => {
  const world = new AMesh()
  world.lostMedia('ann')
  world.lostMedia('bob')
  expect(world.stateOfA).toMatchObject({ state: 'suspect', why: 'several people lost their media on it' })
  for (let join = 0; join < 20; join++) expect(outcomeOf(world.join('standup', `p${join}`).decision)).not.toBe('a')
  world.pass(lostMediaCountsMs, { heard: ['a', 'b', 'c'] })
  expect(world.stateOfA).toMatchObject({ state: 'ready' })
  expect(world.ledger.nodes.open('eu').size).toBe(3)
  expect(world.ledger.meetings.get('demo/standup')?.people.countOn('a')).toBe(2)
})

test('people who lie together cannot close a pool: of three nodes one is suspected at most', () => {
  const world = new AMesh()
  world.report('b', { a: true, c: true }, ['cid', 'eve'])
  world.lostMedia('ann')
  world.lostMedia('bob')
  for (const participant of ['cid', 'eve']) {
    world.ledger.lostMedia({ meeting: 'demo/standup', participant, nodes: ['b'], bearer: 'signaling' }, world.nowMs)
  }
  expect(world.ledger.nodes.open('eu').size).toBe(2)
})

test('a node that comes back as a new process is held for three beats, then takes work; its flaps hold it longer each time', () => {
  const world = new AMesh()
  const heldForMs = [1, 2, 3, 4].map((life) => {
    world.silence()
    world.ledger.refused('a', world.nowMs)
    expect(world.stateOfA).toMatchObject({ state: 'lost' })
    world.startAnew()
    expect(world.stateOfA).toMatchObject({ state: 'held' })
    expect(world.ledger.nodes.open('eu').size).toBe(2)
    const backAtMs = world.nowMs
    const untilMs = world.ledger.nodes.get('a')?.hold?.untilMs ?? Infinity
    if (life < 4) return untilMs - backAtMs
    world.pass(untilMs - backAtMs, { heard: ['a', 'b', 'c'] })
    expect(world.stateOfA).toMatchObject({ state: 'ready' })
    expect(world.ledger.nodes.open('eu').size).toBe(3)
    return untilMs - backAtMs
  })
  expect(heldForMs.slice(0, 2)).toEqual([3_000, 3_000])
  expect(heldForMs[2]).toBeGreaterThan(500_000)
  expect(heldForMs[3]).toBeGreaterThan(heldForMs[2] ?? Infinity)
  expect(heldForMs[3]).toBeLessThanOrEqual(1_200_000)
})

test('whoever is held takes work the moment that the hold ends, heard or not', () => {
  const world = new AMesh()
  world.startAnew()
  const untilMs = world.ledger.nodes.get('a')?.hold?.untilMs ?? Infinity
  world.nowMs = untilMs - 1
  world.ledger.sweep(world.nowMs)
  expect(world.ledger.nodes.open('eu').size).toBe(2)
  world.nowMs = untilMs
  world.ledger.sweep(world.nowMs)
  expect(world.ledger.nodes.open('eu').size).toBe(3)
})

test('a process that ends and begins again before it is missed has failed too; one that said that it would end has not', () => {
  for (const stops of [false, true]) {
    const world = new AMesh()
    const drain = { drained: true, left: 0, moved: 0, stopsAtMs: 1 }
    if (stops) world.ledger.hear('a', { type: 'drain', drain }, world.nowMs)
    world.startAnew()
    expect(world.stateOfA?.state).toBe(stops ? 'ready' : 'held')
  }
})

test('who is told to go and names the node has not lost their media there: neither while it is emptied nor a moment after', () => {
  const world = new AMesh()
  world.node('a', { pool: 'eu', drained: 'kernel upgrade' })
  world.lostMedia('ann')
  world.lostMedia('bob')
  world.silence()
  expect(world.stateOfA).toMatchObject({ state: 'silent' })
  world.node('a', { pool: 'eu' })
  world.report('a', { b: true, c: true }, ['ann', 'bob'])
  world.lostMedia('ann')
  world.lostMedia('bob')
  expect(world.stateOfA).toMatchObject({ state: 'ready' })
  world.pass(20_000, { heard: ['a', 'b', 'c'] })
  world.lostMedia('ann')
  world.lostMedia('bob')
  expect(world.stateOfA).toMatchObject({ state: 'suspect' })
})

test('two who are moved away from a node by request do not make it a suspect', () => {
  const world = new AMesh()
  for (const participant of ['ann', 'bob']) {
    const move = { attachment: participant, from: 'a', to: 'b', reason: 'nearer', reservation: undefined }
    world.ledger.moves.begin(`demo/standup ${participant}`, move, world.nowMs)
    world.lostMedia(participant)
  }
  expect(world.stateOfA).toMatchObject({ state: 'ready' })
})
