import { expect, test } from 'vitest'

import { seatMs } from '../ledger/people/people.ts'
import { ALedger } from '../testing/aLedger.ts'
import { MeetingWalk } from './meetingWalk.ts'

/** Longer than an unused grant holds its seat. */
const grantsFallMs = seatMs + 1
/** Longer than a meeting without object is remembered that stands nowhere. */
const forgottenMs = 400_000

/** Five meetings that joins made, with a grant each. */
function aWorld(): ALedger {
  const world = new ALedger().pool('eu', 'eu-west').node('a', { pool: 'eu' })
  for (let each = 0; each < 5; each++) world.join(`m${each}`, 'ann')
  return world
}
const keys = ({ ledger }: ALedger): readonly string[] => [...ledger.meetings.all()].map(({ name }) => name)
const seats = ({ ledger }: ALedger): readonly number[] => [...ledger.meetings.all()].map(({ people }) => people.seats)

test('some at a time, and what it counted when it has been through all', () => {
  const world = aWorld()
  const walk = new MeetingWalk(world.ledger)
  expect(walk.goOn(2, world.nowMs)).toBeUndefined()
  expect(walk.goOn(2, world.nowMs)).toBeUndefined()
  expect(walk.goOn(2, world.nowMs)).toEqual({ active: 5, others: 0 })
})

test('the seats of grants that were not used fall in those that it has passed', () => {
  const world = aWorld()
  const walk = new MeetingWalk(world.ledger)
  const laterMs = world.nowMs + grantsFallMs
  walk.goOn(2, laterMs)
  expect(seats(world)).toEqual([0, 0, 1, 1, 1])
  expect(walk.goOn(10, laterMs)).toEqual({ active: 0, others: 5 })
  expect(seats(world)).toEqual([0, 0, 0, 0, 0])
})

test('meetings that it forgets on its way, and those that come meanwhile, confuse it not', () => {
  const world = aWorld()
  new MeetingWalk(world.ledger).goOn(10, world.nowMs + grantsFallMs)
  world.nowMs += forgottenMs + grantsFallMs
  const walk = new MeetingWalk(world.ledger)
  expect(walk.goOn(2, world.nowMs)).toBeUndefined()
  expect(keys(world)).toEqual(['m2', 'm3', 'm4'])
  world.meeting('late')
  expect(walk.goOn(10, world.nowMs)).toEqual({ active: 0, others: 6 })
  expect(keys(world)).toEqual(['late'])
})
