import { expect, test } from 'vitest'

import { ALedger } from '../../testing/aLedger.ts'
import { nodeStateOf } from './nodeState.ts'

test('a node that changes its pool leaves the order of the old one', () => {
  const world = new ALedger().pool('eu', 'eu-west').pool('us', 'us-east').node('a', { pool: 'eu' }).node('a', { pool: 'us' })
  expect([world.ledger.nodes.open('eu').size, world.ledger.nodes.open('us').size]).toEqual([0, 1])
})

test('an order goes with the last node of its version, so that no decision looks for any', () => {
  const world = new ALedger().pool('eu', 'eu-west').node('a', { pool: 'eu' }).node('b', { pool: 'eu', edgeVersion: 2 })
  const { nodes } = world.ledger
  expect(nodes.open('eu')).not.toBe(nodes.open('eu', 2))
  world.ledger.removeNode('a', world.nowMs)
  expect(nodes.open('eu')).toBe(nodes.open('eu', 2))
  for (let edgeVersion = 3; edgeVersion < 50; edgeVersion++) world.node('b', { pool: 'eu', edgeVersion })
  expect(nodes.open('eu')).toBe(nodes.open('eu', 49))
  world.node('b', { pool: 'us', edgeVersion: 49 })
  expect([nodes.open('eu').size, nodes.open('eu', 49).size]).toEqual([0, 0])
})

test('a pool that fills one node after the other goes on with that when its last node was replaced', () => {
  const world = new ALedger().pool('eu', 'eu-west', { placement: 'pack' }).node('a', { pool: 'eu', cpu: 0.2 })
  world.ledger.removeNode('a', world.nowMs)
  world.node('b', { pool: 'eu', cpu: 0.2 }).node('c', { pool: 'eu', cpu: 0.4 })
  expect(world.ledger.nodes.open('eu').first()?.name).toBe('c')
})

test('a line that was sent long ago tells of segments, drain and addresses, and is no sign of life', () => {
  const world = new ALedger().pool('eu', 'eu-west').node('a', { pool: 'eu', silentMs: 10_000 })
  const { nodes, meetings } = world.ledger
  const stateOf = (): string | undefined => {
    const node = nodes.get('a')
    return node === undefined ? undefined : nodeStateOf(node, world.nowMs).state
  }
  const meeting = { namespace: 'demo', name: 'standup', incarnation: '01KDVSZ0000000000000000001' }
  const fresh = { epoch: 0, generation: 0, role: 'core' as const, fallback: true, worker: 0, participants: [], peers: [] }
  const line = { type: 'segment' as const, segment: { meeting, ...fresh, createdAtMs: 0 } }
  const { ledger } = world
  expect(ledger.hearLate('a', line, world.nowMs)).toBeUndefined()
  const worker = { cpu: 0.5, routers: 0, transports: 0, producers: 0, consumers: 0 }
  const load = { egressBitsPerSecond: 0, ingressBitsPerSecond: 0, pipes: 0, pipePorts: 0, participants: 0, atMs: 0 }
  ledger.hearLate('a', { type: 'load', load: { ...load, workers: [worker] } }, world.nowMs)
  ledger.sweep(world.nowMs)
  expect(stateOf()).toBe('silent')
  expect(nodes.open('eu').size).toBe(0)
  expect(meetings.get('demo/standup')?.segments.get('a')?.report?.fallback).toBe(true)
  const drain = { ordered: { reason: 'why', deadlineAtMs: 1, stay: [] }, drained: true, left: 0, moved: 0 }
  ledger.hearLate('a', { type: 'drain', drain }, world.nowMs)
  ledger.hearLate('a', { type: 'addresses', addresses: ['10.0.0.1'] }, world.nowMs)
  expect([stateOf(), nodes.get('a')?.drainTold, nodes.get('a')?.introduction?.addresses]).toEqual(['silent', drain, ['10.0.0.1']])
  ledger.hear('a', line, world.nowMs)
  expect(stateOf()).toBe('drained')
  ledger.hear('a', { type: 'drain', drain: { drained: false, left: 0, moved: 0 } }, world.nowMs)
  expect(stateOf()).toBe('ready')
})
