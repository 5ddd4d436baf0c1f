import { expect, test } from 'vitest'

import { ALedger } from '../testing/aLedger.ts'
import { explainMeeting } from './explain.ts'

test('of a meeting whose node drains it is said that its people leave, why nobody comes, and where to instead', () => {
  const world = new ALedger()
    .pool('eu', 'eu-west')
    .node('a', { pool: 'eu' })
    .node('b', { pool: 'eu', cpu: 0.1 })
    .meeting('standup')
  world.join('standup', 'ann')
  world.node('a', { pool: 'eu', drained: 'kernel upgrade' })
  const at = { nowMs: world.nowMs, wallMs: 0, epoch: 1 }
  const explanation = explainMeeting(world.ledger, { namespace: 'demo', name: 'standup' }, at)
  expect(explanation?.why).toMatch(/; its people leave a, which drains$/)
  expect(explanation?.nodes).toMatchObject([
    { node: 'b', takes: true },
    { node: 'a', takes: false, why: 'draining: asked for by spec.drain: kernel upgrade' },
  ])
})
