import { expect, test } from 'vitest'

import { virtualClock } from '../../../kit/virtualClock.ts'
import { createExpectations } from './expectations.ts'
import type { KubeObject } from '../objects.ts'
import { createStore } from '../watch/store.ts'

function node(name: string, version: number, metadata: object = {}): KubeObject {
  return {
    apiVersion: 'parley.media/v1alpha1',
    kind: 'MediaNode',
    metadata: { name, namespace: 'parley', uid: `uid-${name}`, resourceVersion: String(version), ...metadata },
  }
}
function setUp() {
  const clock = virtualClock()
  const store = createStore<KubeObject>()
  store.replace([node('a', 1)], '1')
  return { clock, store, expectations: createExpectations({ stores: { MediaNode: store }, clock }) }
}

test('a key waits until the cache has seen all that its work wrote; others do not', () => {
  const { store, expectations } = setUp()
  expectations.wrote('parley/pool', node('b', 9))
  expectations.wrote('parley/pool', node('c', 10))
  expect(expectations.missing('parley/pool')).toBe('MediaNode parley/b at 9')
  expect(expectations.missing('parley/other')).toBeUndefined()
  store.put(node('b', 9))
  expect(expectations.missing('parley/pool')).toBe('MediaNode parley/c at 10')
  store.put(node('c', 10))
  expect(expectations.missing('parley/pool')).toBeUndefined()
})

test('what was made and is gone again has been seen', () => {
  const { store, expectations } = setUp()
  expectations.wrote('parley/pool', node('b', 9))
  store.advance('12')
  expect(expectations.missing('parley/pool')).toBeUndefined()
})

test('a deletion is seen by the object going or being on its way', () => {
  const { store, expectations } = setUp()
  expectations.deleted('parley/pool', node('a', 1))
  expect(expectations.missing('parley/pool')).toBe('the end of MediaNode parley/a')
  store.put(node('a', 2, { deletionTimestamp: '2026-01-01T00:00:00Z' }))
  expect(expectations.missing('parley/pool')).toBeUndefined()
})

test('a cache that never catches up does not stop its key for ever', async () => {
  const { clock, expectations } = setUp()
  expectations.wrote('parley/pool', node('b', 9))
  await clock.advance(299_000)
  expect(expectations.missing('parley/pool')).toBeDefined()
  await clock.advance(2_000)
  expect(expectations.missing('parley/pool')).toBeUndefined()
})
