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
    const choice = chooseByFallback({ topology, meeting: { namespace: 'demo', name }, nowMs: 0, request: { excludeNodes } })
    return choice.result === 'placed' ? choice.node.name : choice.code
  }
  expect(chosen('standup', ['old'])).toBe('older')
  expect(chosen('retro', ['old', 'older'])).toBe('new')
})

test('a meeting tells when its door opens, and a meeting without a time that it is open', () => {
  const world = new ALedger().pool('eu', 'eu-west').meeting('standup')
  world.meeting('board', { schedule: { startTime: '2026-01-01T12:00:00Z', openBeforeSeconds: 600 } })
  const told = (name: string) => topologyMeetingOf(world.ledger.meetings.get(`demo/${name}`), world.ledger.nodes.pools())
  expect(told('board')?.opensAtMs).toBe(Date.UTC(2026, 0, 1, 11, 50))
  expect(told('standup')).not.toHaveProperty('opensAtMs')
})
