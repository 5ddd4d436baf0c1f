import { expect, test } from 'vitest'

import { silentLog } from '../../kit/log.ts'
import { createMetrics } from '../../kit/metrics.ts'
import { ulidSource } from '../../kit/ids.ts'
import { virtualClock } from '../../kit/virtualClock.ts'
import type { PlacementAnswer } from '../api/placement.ts'
import { personOf } from '../ledger/people/moves.ts'
import { operatorMetrics } from '../metrics.ts'
import { ALedger, rights } from '../testing/aLedger.ts'
import { createPlacer } from './placer.ts'

const meeting = { namespace: 'demo', name: 'standup' }

/** A placer over a ledger that a test describes; its clock is behind that of whoever placed before by `behindMs`. */
function aPlacer(behindMs = 0) {
  const world = new ALedger().pool('eu', 'eu-west')
  const clock = virtualClock()
  const now = { ...clock, monotonicMs: () => world.nowMs, nowMs: () => Date.UTC(2026, 0, 1) + world.nowMs - behindMs }
  const placer = createPlacer({
    ledger: world.ledger,
    epoch: () => 1,
    signer: { grant: () => Promise.resolve('grant'), peerToken: () => Promise.resolve('token') },
    ...{ clock: now, random: () => 0, mintUlid: ulidSource(now.nowMs), turnUrls: [], log: silentLog },
    metrics: createMetrics(operatorMetrics),
  })
  const ask = (participant: string, more: { replaces?: string } = {}): Promise<PlacementAnswer> => {
    const request = { participant, displayName: participant, rights, idempotencyKey: `key-${participant}`, ...more }
    return placer.place(meeting, request, 'signaling')
  }
  return { world, ask }
}

test('whoever has to wait, though a seat is kept for them, has it still when their turn comes', async () => {
  const { world, ask } = aPlacer()
  world.node('a', { pool: 'eu' }).node('b', { pool: 'eu', cordoned: true }).meeting('standup').join('standup', 'bob')
  const { ledger } = world
  const entry = ledger.meetings.get('demo/standup')
  if (entry === undefined) throw new Error('the meeting is not known')
  const seat = { participant: 'ann', attachment: world.mintUlid(), node: 'b', hidden: false, publishes: true }
  entry.people.grant({ ...seat, sinceMs: world.nowMs, reason: 'z is lost', reservation: undefined })
  const move = { attachment: 'old', from: 'z', to: 'b', reason: 'it is lost', reservation: undefined, seat: seat.attachment }
  ledger.moves.begin(personOf(meeting, 'ann'), move, world.nowMs)
  // The only way left is a new segment on c, for which somebody else has waited longer.
  world.node('a', { pool: 'eu', cordoned: true }).node('c', { pool: 'eu' })
  ledger.line.wait('demo/other eve', ['eu'], { nowMs: world.nowMs, retryAfterMs: 1_000 })
  expect(await ask('ann')).toMatchObject({ result: 'queued', position: 2 })
  expect(entry.people.stay('ann', seat.attachment)).toMatchObject({ node: 'b' })
  ledger.line.leave('demo/other eve')
  expect(await ask('ann')).toMatchObject({
    result: 'placed',
    node: 'c',
    reason: expect.stringMatching(/^moved from z: it is lost;/) as string,
  })
  expect(entry.people.stay('ann', seat.attachment)).toBeUndefined()
  expect(entry.people.seats).toBe(2)
})

test('a new attachment is above the one before, though an operator gave that whose clock is ahead', async () => {
  const { world, ask } = aPlacer(5_000)
  world.node('a', { pool: 'eu' }).meeting('standup')
  const { committed } = world.join('standup', 'ann')
  const again = await ask('ann')
  expect(again.result === 'placed' && again.attachment > (committed?.attachment ?? '')).toBe(true)
  // One that this operator has not heard of, as the client names it.
  world.nowMs += 1_000
  const replaces = world.mintUlid()
  const third = await ask('bob', { replaces })
  expect(third.result === 'placed' && third.attachment > replaces).toBe(true)
})
