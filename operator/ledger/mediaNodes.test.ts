import { expect, test } from 'vitest'

import { ALedger } from '../testing/aLedger.ts'

test('what is on a media node finds the one that goes by that name now', () => {
  const world = new ALedger().pool('eu', 'eu-west').node('a', { pool: 'eu' })
  const { nodes } = world.ledger
  const hosted = { node: 'a', host: undefined }
  const first = nodes.hostOf(hosted)
  expect(first).toBe(nodes.get('a'))
  nodes.removeNode('a')
  expect(nodes.hostOf(hosted)).toBeUndefined()
  world.node('a', { pool: 'eu' })
  expect(nodes.hostOf(hosted)).toBe(nodes.get('a'))
  expect(nodes.hostOf(hosted)).not.toBe(first)
})

test('a node that changes its pool leaves the order of the old one', () => {
  const world = new ALedger().pool('eu', 'eu-west').pool('us', 'us-east').node('a', { pool: 'eu' }).node('a', { pool: 'us' })
  expect([world.ledger.nodes.open('eu').size, world.ledger.nodes.open('us').size]).toEqual([0, 1])
})
