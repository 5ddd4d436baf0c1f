import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { commit } from '../ledger/commit.ts'
import { acceptLimit } from '../placement/filters.ts'
import { place } from '../placement/place.ts'
import type { Decision, Wish } from '../placement/view.ts'
import { ALedger } from '../testing/aLedger.ts'
import { createTurns, type Queued } from './turns.ts'

/** One full node, and whatever a test adds; `ask` decides as the placer does. */
function aFullPool(spec: Parameters<ALedger['pool']>[2] = {}) {
  const world = new ALedger().pool('eu', 'eu-west', { adHocMeetings: { enabled: true, max: 1_000 }, ...spec })
  world.node('full', { pool: 'eu', cpu: 0.7 })
  const turns = createTurns({ ledger: world.ledger, random: () => 0 })
  const ask = (meeting: string, participant = 'ann', more: Partial<Wish> = {}): Decision | Queued => {
    const { view, wish } = world.look(meeting, participant, more)
    const decision = turns.take(view, wish, place(view, wish))
    if (decision.result === 'placed') commit(world.ledger, { decision, wish, view }, world.mintUlid)
    return decision
  }
  const pass = (ms: number): void => {
    world.nowMs += ms
    for (const { name, load } of world.ledger.nodes.all()) if (load !== undefined) world.load(name, load.workers[0]?.cpu ?? 0)
  }
  return { world, ask, pass }
}

const inWords = (decision: Decision | Queued): string =>
  decision.result === 'placed'
    ? decision.node.name
    : decision.result === 'queued'
      ? `number ${decision.position}`
      : `${decision.result} ${decision.code}`

test('where nothing is about to start, full is told as ever', () => {
  const { ask } = aFullPool()
  expect(inWords(ask('m1'))).toBe('tryAfter nodes_full')
})

test('while a media node starts, people stand in line, and know why and where', () => {
  const { world, ask } = aFullPool()
  world.node('b', { pool: 'eu', heard: false })
  expect(ask('m1')).toEqual({
    ...{ result: 'queued', code: 'nodes_full', position: 1, retryAfterMs: 1_500 },
    reason: 'the only ready media node in eu-west has no room; one is about to start; number 1 in line',
  })
  expect([ask('m2'), ask('m3'), ask('m1')].map(inWords)).toEqual(['number 2', 'number 3', 'number 1'])
})

test('a replica that is still to be made counts as about to start; one that is registered by its address does not', () => {
  const { ask } = aFullPool({ image: 'parley-sfu:1', replicas: 2 })
  expect(ask('m1')).toMatchObject({ result: 'queued', reason: expect.stringContaining('; 2 are about to start;') as string })
  expect(inWords(aFullPool({ image: 'parley-sfu:1', replicas: 0 }).ask('m1'))).toBe('tryAfter nodes_full')
})

test('a node that does not start within ten minutes is waited for no more', () => {
  const { world, ask, pass } = aFullPool()
  world.node('b', { pool: 'eu', heard: false })
  expect(inWords(ask('m1'))).toBe('number 1')
  pass(600_000)
  expect([inWords(ask('m1')), world.ledger.line.size]).toEqual(['tryAfter nodes_full', 0])
})

test('room goes to those who wait, in turn; a newcomer waits though there is room, with words', () => {
  const { world, ask } = aFullPool()
  world.node('b', { pool: 'eu', heard: false })
  for (const name of ['m1', 'm2', 'm3']) ask(name)
  world.node('b', { pool: 'eu' })
  expect(ask('new')).toEqual({
    ...{ result: 'queued', code: 'nodes_full', position: 4, retryAfterMs: 300 },
    reason: '3 wait longer for the media nodes of eu; number 4 in line',
  })
  expect(['m3', 'm1', 'm3', 'm2', 'm3', 'new', 'm3'].map((name) => inWords(ask(name)))).toEqual([
    ...['number 3', 'b', 'number 2', 'b', 'b', 'b', 'b'],
  ])
  expect(world.ledger.line.size).toBe(0)
})

test('with two nodes that have room the first two are served in any order', () => {
  const { world, ask } = aFullPool()
  world.node('b', { pool: 'eu', heard: false })
  for (const name of ['m1', 'm2', 'm3']) ask(name)
  world.node('b', { pool: 'eu' }).node('c', { pool: 'eu' })
  expect([inWords(ask('m3')), inWords(ask('m2')), inWords(ask('m1'))]).toEqual(['number 3', 'b', 'c'])
})

test('whoever joins a meeting with room on its own segment, or comes back into it, waits behind nobody', () => {
  const { world, ask, pass } = aFullPool()
  world.load('full', 0)
  expect(inWords(ask('standup', 'ann'))).toBe('full')
  world.load('full', 0.7).node('b', { pool: 'eu', heard: false })
  pass(25_000)
  expect(inWords(ask('m1'))).toBe('number 1')
  expect(inWords(ask('standup', 'bob'))).toBe('full')
  world.node('b', { pool: 'eu' })
  expect(inWords(ask('standup', 'cid', { excludeNodes: ['full'], replaces: world.mintUlid() }))).toBe('b')
  expect(inWords(ask('new'))).toBe('number 2')
})

test('a meeting that is on as many nodes as it may be does not wait for more', () => {
  const { world, ask, pass } = aFullPool()
  world.meeting('standup', { cascade: { maxNodes: 1, topology: 'Auto' } }).load('full', 0)
  expect(inWords(ask('standup', 'ann'))).toBe('full')
  world.load('full', 0.9).node('b', { pool: 'eu', heard: false })
  pass(25_000)
  expect(ask('standup', 'bob')).toMatchObject({ result: 'tryAfter', code: 'nodes_full' })
})

test('property: while all go on asking, nobody is served for whom less room is left than people wait longer, and all are served', () => {
  const rounds = fc.array(fc.shuffledSubarray(['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7'], { minLength: 8 }), {
    minLength: 8,
    maxLength: 8,
  })
  fc.assert(
    fc.property(rounds, fc.integer({ min: 1, max: 4 }), (all, started) => {
      const { world, ask, pass } = aFullPool()
      world.node('b0', { pool: 'eu', heard: false })
      const waiting = [...(all[0] ?? [])]
      expect(waiting.map((name) => inWords(ask(name)))).toEqual(waiting.map((_, index) => `number ${index + 1}`))
      for (let index = 0; index < started; index++) world.node(`b${index}`, { pool: 'eu', cpu: 0.3 })
      for (const round of all) {
        for (const name of round.filter((each) => waiting.includes(each))) {
          const room = [...world.ledger.nodes.all()].filter(({ newSegmentLoad }) => newSegmentLoad < acceptLimit).length
          const ahead = waiting.indexOf(name)
          const decision = ask(name)
          expect(world.ledger.line.size).toBeLessThanOrEqual(8)
          if (decision.result !== 'placed') continue
          expect(room).toBeGreaterThan(ahead)
          waiting.splice(ahead, 1)
        }
        pass(500)
      }
      expect(waiting).toEqual([])
    }),
    { numRuns: 50 },
  )
})
