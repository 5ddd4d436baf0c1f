import { expect, test } from 'vitest'

import { aPool, type PoolSpecParts } from '../testing/objects.ts'
import { templateHash } from './template.ts'

const hashOf = (spec: PoolSpecParts): string => templateHash(aPool('eu', spec).spec)

test('what a Pod is made from changes its hash', () => {
  const changes: readonly PoolSpecParts[] = [
    {},
    { image: 'parley-sfu:2' },
    { workers: 3 },
    { network: { mode: 'podNetwork' } },
    { overrides: { priorityClassName: 'media' } },
  ]
  expect(new Set(changes.map(hashOf)).size).toBe(changes.length)
})

test('what running nodes are told, and the order of members, does not', () => {
  const plain = hashOf({})
  expect(hashOf({ replicas: 7, region: 'us', allowedNamespaces: ['a'] })).toBe(plain)
  expect(hashOf({ network: { mode: 'hostPort', address: '203.0.113.7' } })).toBe(plain)
  expect(hashOf({ drain: { deadlineSeconds: 5 }, update: { policy: 'Auto' }, overrides: {} })).toBe(plain)
  const [one, other] = [
    { a: '1', b: '2' },
    { b: '2', a: '1' },
  ]
  expect(hashOf({ overrides: { nodeSelector: one } })).toBe(hashOf({ overrides: { nodeSelector: other } }))
})
