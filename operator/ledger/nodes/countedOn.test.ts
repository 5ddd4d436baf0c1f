import { expect, test } from 'vitest'

import { countedOnAtMost } from '../../../sfu/api/limits.ts'
import { ALedger } from '../../testing/aLedger.ts'

test('an absurd epoch or generation of one node raises nothing for others', () => {
  const world = new ALedger().pool('eu', 'eu-west').node('a', { pool: 'eu' }).node('b', { pool: 'eu' })
  const { committed } = world.join('standup', 'ann')
  const tells = (node: string, epoch: number, generation: number) => {
    const meeting = committed?.meeting ?? { namespace: 'demo', name: 'standup', incarnation: '' }
    const rest = { role: 'core' as const, fallback: false, worker: 0, participants: [], peers: [], createdAtMs: 0 }
    world.ledger.hear(node, { type: 'segment', segment: { meeting, epoch, generation, ...rest } }, world.nowMs)
  }
  tells('a', 7, 3)
  tells('b', countedOnAtMost + 1, countedOnAtMost + 1)
  expect(world.ledger.nodes.highestEpoch()).toBe(7)
  expect(world.ledger.meetings.get('demo/standup')?.generation).toBe(3)
})
