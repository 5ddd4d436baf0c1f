import { expect, test } from 'vitest'

import { chooseByFallback } from '../api/fallback.ts'
import { ALedger } from '../testing/aLedger.ts'
import { topologyMeetingOf, topologyNodeOf, topologyPoolOf } from './topologyOf.ts'

test('the fallback keeps a meeting to nodes of its version too', () => {
  const world = new ALedger().pool('eu', 'eu-west').node('old', { pool: 'eu' })
  world.join('standup', 'ann')
  world.node('older', { pool: 'eu', cpu: 0.5 }).node('new', { pool: 'eu', edgeVersion: 2 })
  const { ledger, nowMs } = world
  const meeting = topologyMeetingOf(ledger.meetings.get('demo/standup'), ledger.nodes.pools())
  const pool = topologyPoolOf(ledger.nodes.pool('eu'))
  if (meeting === undefined || pool === undefined) throw new Error('not told')
  const nodes = [...ledger.nodes.all()].flatMap((node) => topologyNodeOf(node, nowMs) ?? [])
  const topology = { turnUrls: [], epoch: 1, revision: 1, nodes, pools: [pool], meetings: [meeting] }
  const chosen = (name: string, excludeNodes: string[]) => {
    const choice = chooseByFallback({ topology, meeting: { namespace: 'demo', name }, request: { excludeNodes } })
    return choice.result === 'placed' ? choice.node.name : choice.code
  }
  expect(chosen('standup', ['old'])).toBe('older')
  expect(chosen('retro', ['old', 'older'])).toBe('new')
})
