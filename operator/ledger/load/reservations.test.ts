import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { negative, noCost, type Cost } from './cost.ts'
import { measuredAfterMs, Reservations, reservationMs } from './reservations.ts'

/** What is reserved by node, as the ledger's nodes would hold it. */
function aBook(): { reservations: Reservations; reserved: (node: number) => Cost } {
  const sums = new Map<number, Cost>()
  const reservations = new Reservations(({ node, worker }, cost, sign) => {
    expect(worker).toBe(2 * node)
    sums.set(node, sumOf([sums.get(node) ?? noCost, signed(cost, sign)]))
  })
  return { reservations, reserved: (node) => sums.get(node) ?? noCost }
}

const signed = (cost: Cost, sign: number): Cost => (sign === 1 ? cost : negative(cost, { ofWorker: true }))

/** The sum of costs; +0 where it is nothing. */
const sumOf = (costs: readonly Cost[]): Cost => {
  const sum = (of: keyof Cost): number => costs.reduce((so, cost) => so + cost[of], 0)
  return {
    packetsPerSecond: sum('packetsPerSecond'),
    consumers: sum('consumers'),
    egressBitsPerSecond: sum('egressBitsPerSecond'),
    ingressBitsPerSecond: sum('ingressBitsPerSecond'),
    pipePorts: sum('pipePorts'),
  }
}

const nodes = [0, 1, 2]
const cost = fc.record({
  packetsPerSecond: fc.nat(1_000),
  consumers: fc.nat(100),
  egressBitsPerSecond: fc.nat(1e9),
  ingressBitsPerSecond: fc.nat(1e9),
  pipePorts: fc.nat(4),
})
const claims = fc.array(fc.record({ node: fc.constantFrom(...nodes), cost }), { maxLength: 4 })
const step = fc.record({ claims, dropped: fc.nat(12), shown: fc.nat(12), passMs: fc.nat(reservationMs / 4) })

test('whatever is reserved, given back and swept, what is reserved is what the reservations that live claim', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { reservations, reserved } = aBook()
      let living: { readonly index: number; untilMs: number; readonly claims: readonly { node: number; cost: Cost }[] }[] = []
      let nowMs = 0
      for (const it of steps) {
        nowMs += it.passMs
        reservations.sweep(nowMs)
        living = living.filter(({ untilMs }) => untilMs > nowMs)
        const latest = reservations.begin(nowMs)
        living.push({ index: latest, untilMs: nowMs + reservationMs, claims: it.claims })
        for (const claim of it.claims) reservations.claim({ node: claim.node, worker: 2 * claim.node }, claim.cost)
        const dropped = latest - it.dropped
        if (dropped >= 0) reservations.drop(dropped)
        living = living.filter(({ index }) => index !== dropped)
        const shown = latest - it.shown
        if (shown >= 0) reservations.beginsToShow(shown, nowMs)
        for (const each of living) if (each.index === shown) each.untilMs = Math.min(each.untilMs, nowMs + measuredAfterMs)
        const all = living.flatMap((each) => each.claims)
        const expected = nodes.map((node) => sumOf(all.filter((claim) => claim.node === node).map((claim) => claim.cost)))
        expect(nodes.map(reserved)).toEqual(expected)
      }
    }),
  )
})
