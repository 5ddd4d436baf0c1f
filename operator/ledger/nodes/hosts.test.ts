import { expect, test } from 'vitest'

import { ALedger } from '../../testing/aLedger.ts'

test('what is on a media node finds the one that goes by that name now', () => {
  const world = new ALedger().pool('eu', 'eu-west').node('a', { pool: 'eu' })
  const { nodes } = world.ledger
  const { hosts } = nodes
  const hosted = { node: 'a', host: undefined, number: -1 }
  const first = hosts.of(hosted)
  expect(first).toBe(nodes.get('a'))
  nodes.removeNode('a')
  expect([hosts.of(hosted), hosts.regionOf(hosted), hosts.spotOf(hosted, 0)]).toEqual([undefined, undefined, undefined])
  world.node('a', { pool: 'eu' })
  expect(hosts.of(hosted)).toBe(nodes.get('a'))
  expect(hosts.of(hosted)).not.toBe(first)
  expect(hosts.spotOf(hosted, 0)).toEqual(nodes.get('a')?.spotOf(0))
})

test('what is on a media node is in the region of the pool that the node is in now', () => {
  const world = new ALedger().pool('eu', 'eu-west').pool('us', 'us-east').node('a', { pool: 'eu' })
  const { hosts } = world.ledger.nodes
  const hosted = { node: 'a', host: undefined, number: -1 }
  const seen = [hosts.regionOf(hosted)]
  world.node('a', { pool: 'us' })
  seen.push(hosts.regionOf(hosted))
  world.ledger.removePool('us', world.nowMs)
  seen.push(hosts.regionOf(hosted))
  world.pool('us', 'us-west')
  seen.push(hosts.regionOf(hosted))
  expect(seen).toEqual(['eu-west', 'us-east', undefined, 'us-west'])
  expect(hosts.of(hosted)).toBe(world.ledger.nodes.get('a'))
})
