import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { People } from './people.ts'
import { Reservations, reservationMs } from './reservations.ts'

/** What is reserved by node, as the ledger's nodes would hold it. */
function aBook(): { reservations: Reservations; reserved: (node: number) => number } {
  const sums = new Map<number, number>()
  const reservations = new Reservations((node, share) => sums.set(node, (sums.get(node) ?? 0) + share))
  return { reservations, reserved: (node) => sums.get(node) ?? 0 }
}

const nodes = [0, 1, 2]
const claims = fc.array(fc.record({ node: fc.constantFrom(...nodes), share: fc.nat(8) }), { maxLength: 4 })
const step = fc.record({ claims, dropped: fc.nat(12), passMs: fc.nat(reservationMs / 4) })

test('whatever is reserved, given back and swept, what is reserved is what the reservations that live claim', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { reservations, reserved } = aBook()
      let living: { index: number; untilMs: number; claims: readonly { node: number; share: number }[] }[] = []
      let nowMs = 0
      for (const it of steps) {
        nowMs += it.passMs
        reservations.sweep(nowMs)
        living = living.filter(({ untilMs }) => untilMs > nowMs)
        const latest = reservations.begin(nowMs)
        living.push({ index: latest, untilMs: nowMs + reservationMs, claims: it.claims })
        for (const { node, share } of it.claims) reservations.claim(node, share)
        const dropped = latest - it.dropped
        if (dropped >= 0) reservations.drop(dropped)
        living = living.filter(({ index }) => index !== dropped)
        const all = living.flatMap((each) => each.claims)
        const expected = nodes.map((node) => all.reduce((sum, claim) => sum + (claim.node === node ? claim.share : 0), 0))
        expect(nodes.map(reserved)).toEqual(expected)
      }
    }),
  )
})

test('a stay that another media node tells of takes its reservation along', () => {
  const people = new People()
  people.grant({ participant: 'ann', attachment: '1', node: 'a', hidden: false, sinceMs: 0, reason: 'first', reservation: 7 })
  people.report('b', [{ participant: 'ann', attachment: '1', publishing: true, hidden: false }], 1)
  expect([...people.on('b')].map(({ reservation }) => reservation)).toEqual([7])
})
