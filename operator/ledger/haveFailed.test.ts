import { expect, test } from 'vitest'

import { ALedger } from '../testing/aLedger.ts'
import { haveFailed } from './haveFailed.ts'

test('who should serve people has failed those who do not want to be there, and nobody else has', () => {
  const world = new ALedger()
    .pool('eu', 'eu-west')
    .node('ready', { pool: 'eu' })
    .node('suspect', { pool: 'eu' })
    .node('cordoned', { pool: 'eu', cordoned: true })
    .node('draining', { pool: 'eu', drained: 'kernel upgrade' })
    .node('silent', { pool: 'eu', silentMs: 60_000 })
    .node('pending', { pool: 'eu', heard: false })
  const { ledger, nowMs } = world
  for (const participant of ['ann', 'bob']) ledger.nodes.lostMedia('suspect', { participant, bearer: 'signaling' }, nowMs)
  const unwanted = ['unheard-of', 'pending', 'silent', 'draining', 'cordoned', 'suspect', 'ready']
  expect(haveFailed(ledger.nodes, unwanted, nowMs)).toEqual(['suspect', 'ready'])
})
