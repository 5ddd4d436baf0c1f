import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { noCost } from '../ledger/load/cost.ts'
import { ALedger, outcomeOf } from '../testing/aLedger.ts'

const spreading = (): ALedger =>
  new ALedger().pool('eu', 'eu-west').node('a', { pool: 'eu', cpu: 0.25 }).node('b', { pool: 'eu', cpu: 0.3 })

test('the node that takes the first of many is kept free for the others, and takes them', () => {
  const world = spreading().meeting('all-hands', { capacity: { expectedParticipants: 40 } })
  expect(outcomeOf(world.join('all-hands', 'ann').decision)).toBe('a')
  expect(outcomeOf(world.decide('standup', 'bob'))).toBe('b')
  expect(outcomeOf(world.join('all-hands', 'cid').decision)).toBe('a')
  world.nowMs += 21_000
  world.load('a', 0.25).load('b', 0.3)
  expect(outcomeOf(world.decide('standup', 'bob'))).toBe('a')
})

test('once they have come nothing is kept free for them', () => {
  const world = spreading().meeting('all-hands', { capacity: { expectedParticipants: 3 } })
  const reserved = (): number => world.ledger.nodes.get('a')?.reserved.consumers ?? 0
  for (const who of ['ann', 'bob', 'cid']) world.join('all-hands', who)
  const withExpected = reserved()
  const another = spreading().meeting('all-hands')
  for (const who of ['ann', 'bob', 'cid']) another.join('all-hands', who)
  expect(withExpected).toBe(another.ledger.nodes.get('a')?.reserved.consumers)
})

test('few watch many on a stage: less is kept free', () => {
  const kept = (mode: 'meeting' | 'stage'): number => {
    const world = spreading().meeting('talk', { mode, capacity: { expectedParticipants: 12 } })
    world.join('talk', 'ann')
    return world.ledger.nodes.get('a')?.reserved.consumers ?? 0
  }
  expect(kept('stage')).toBeLessThan(kept('meeting'))
})

test('a pool that packs fills the fullest node that has room for all who are expected, else the emptiest', () => {
  const world = new ALedger().pool('eu', 'eu-west', { placement: 'pack' })
  for (const name of ['a', 'b', 'c']) world.node(name, { pool: 'eu' })
  const carries = (name: string, consumers: number): ALedger => world.measure(name, { consumers: [consumers] })
  for (const [name, consumers] of Object.entries({ a: 250, b: 150, c: 50 })) carries(name, consumers)
  world.meeting('few', { capacity: { expectedParticipants: 5 } }).meeting('many', { capacity: { expectedParticipants: 20 } })
  expect(outcomeOf(world.decide('few', 'ann'))).toBe('a')
  expect(outcomeOf(world.decide('many', 'ann'))).toBe('c')
  carries('c', 125)
  expect(outcomeOf(world.decide('many', 'ann'))).toBe('c')
  carries('c', 175)
  expect(outcomeOf(world.decide('many', 'ann'))).toBe('b')
})

test('whoever joins, what is kept free is given back to the last bit', () => {
  const joins = fc.array(fc.record({ who: fc.nat(30), region: fc.constantFrom('eu-west', 'us-east'), passMs: fc.nat(9_000) }))
  fc.assert(
    fc.property(joins, fc.integer({ min: 1, max: 40 }), (all, expectedParticipants) => {
      const world = new ALedger().pool('eu', 'eu-west').pool('us', 'us-east').node('a', { pool: 'eu' }).node('b', { pool: 'us' })
      world.meeting('m', { capacity: { expectedParticipants } })
      for (const { who, region, passMs } of all) {
        world.nowMs += passMs
        world.load('a', 0).load('b', 0).join('m', `p${who}`, { region })
      }
      world.nowMs += 21_000
      world.ledger.sweep(world.nowMs)
      expect([...world.ledger.nodes.all()].map(({ reserved }) => reserved)).toEqual([noCost, noCost])
    }),
  )
})
