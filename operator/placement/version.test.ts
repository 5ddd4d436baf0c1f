import { expect, test } from 'vitest'

import { explainMeeting } from '../service/explain.ts'
import { ALedger, outcomeOf } from '../testing/aLedger.ts'

/** `old` hosts a meeting and is full; `older` is of its version, `new` is emptier and of another. */
function aRollingUpgrade(): ALedger {
  const world = new ALedger().pool('eu', 'eu-west').node('old', { pool: 'eu' })
  world.join('standup', 'ann')
  world.load('old', 0.9).node('older', { pool: 'eu', cpu: 0.5 }).node('new', { pool: 'eu', edgeVersion: 2 })
  return world
}

test('a meeting that stands goes on to nodes of its version only; a new one may begin on any', () => {
  const world = aRollingUpgrade()
  expect(outcomeOf(world.decide('standup', 'bob'))).toBe('older')
  expect(outcomeOf(world.decide('retro', 'bob'))).toBe('new')
  world.join('retro', 'bob')
  expect(outcomeOf(world.decide('retro', 'cid'))).toBe('new')
})

test('where no node of its version is left, the reason says so; once nothing of it stands it begins on another', () => {
  const world = aRollingUpgrade().node('older', { pool: 'eu', drained: 'upgrade' })
  expect(world.decide('standup', 'bob')).toEqual({
    result: 'tryAfter',
    code: 'nodes_full',
    reason: 'the only ready media node in eu-west has no room',
  })
  world.node('old', { pool: 'eu', drained: 'upgrade' })
  expect(world.decide('standup', 'bob')).toEqual({
    result: 'tryAfter',
    code: 'no_node_ready',
    reason: 'no media node in eu-west of version 1, on which it stands, is ready; ready ones of another version: 1',
  })
  world.ledger.removeNode('old', world.nowMs)
  expect(outcomeOf(world.decide('standup', 'bob'))).toBe('new')
})

test('a region whose ready nodes are all of another version is passed over as that', () => {
  const world = aRollingUpgrade().pool('us', 'us-east').node('far', { pool: 'us', edgeVersion: 2 })
  expect(world.decide('standup', 'bob', { region: 'us-east' })).toMatchObject({
    node: { name: 'older' },
    reason: 'us-east has no ready media node of version 1, on which it stands; least loaded of 2 in eu-west (load 0.50)',
  })
})

test('the explanation says of each node of another version why not', () => {
  const world = aRollingUpgrade()
  const told = explainMeeting(world.ledger, { namespace: 'demo', name: 'standup' }, { nowMs: world.nowMs, wallMs: 0, epoch: 1 })
  expect(told?.nodes.find(({ node }) => node === 'new')).toMatchObject({
    takes: false,
    why: 'speaks version 2 with other media nodes; the meeting stands on version 1',
  })
})

test('a node that starts again with another version stands in the order of that one', () => {
  const world = aRollingUpgrade()
  world.node('older', { pool: 'eu', cpu: 0.5, edgeVersion: 2 }).node('new', { pool: 'eu' })
  expect(outcomeOf(world.decide('standup', 'bob'))).toBe('new')
  expect(world.ledger.nodes.open('eu', 1).size).toBe(2)
  expect(world.ledger.nodes.open('eu', 2).size).toBe(1)
  expect(world.ledger.nodes.open('eu').size).toBe(3)
})
