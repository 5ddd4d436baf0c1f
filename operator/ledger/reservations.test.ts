import { expect, test } from 'vitest'

import { ALedger } from '../testing/aLedger.ts'
import { People } from './people.ts'
import { Reservations, reservationMs } from './reservations.ts'

const node = () => {
  const entry = new ALedger().pool('eu', 'eu-west').node('a', { pool: 'eu' }).ledger.nodes.get('a')
  if (entry === undefined) throw new Error('the ledger does not know its node')
  return entry
}

/** What is reserved in all, as the ledger's nodes would hold it. */
function aBook(): { reservations: Reservations; reserved: () => number } {
  let sum = 0
  const reservations = new Reservations((_, share) => {
    sum += share
  })
  return { reservations, reserved: () => sum }
}

test('a reservation falls once: by time, or when its holder leaves', () => {
  const { reservations, reserved } = aBook()
  const [early, late] = [{ reservation: undefined }, { reservation: undefined }]
  reservations.make(early, { node: node(), share: 0.25, next: { node: node(), share: 0.5, next: undefined } }, 0)
  reservations.make(late, { node: node(), share: 1, next: undefined }, 1_000)
  expect(reserved()).toBe(1.75)
  reservations.sweep(reservationMs)
  expect([reserved(), early.reservation]).toEqual([1, undefined])
  reservations.drop(early)
  reservations.drop(late)
  reservations.drop(late)
  reservations.sweep(reservationMs + 1_000)
  expect(reserved()).toBe(0)
})

test('a stay that another media node tells of takes its reservation along', () => {
  const { reservations, reserved } = aBook()
  const people = new People()
  const granted = people.grant({ participant: 'ann', attachment: '1', node: 'a', hidden: false, sinceMs: 0, reason: 'first' })
  reservations.make(granted, { node: node(), share: 0.25, next: undefined }, 0)
  people.report('b', [{ participant: 'ann', attachment: '1', publishing: true, hidden: false }], 1)
  expect(granted.reservation).toBeUndefined()
  for (const stay of people.on('b')) reservations.drop(stay)
  expect(reserved()).toBe(0)
})
