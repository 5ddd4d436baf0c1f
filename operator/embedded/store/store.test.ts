import { array, assert, constantFrom, nat, option, property, record } from 'fast-check'
import { expect, test } from 'vitest'

import type { KubeObject } from '../kubeObject.ts'
import { noJournal, type Journal } from './journal.ts'
import { Store, type Entry } from './store.ts'

const object = (value: number): KubeObject => ({ apiVersion: 'v1', kind: 'Thing', metadata: {}, spec: { value } })
const newStore = (historyLength = 1_000): Store => new Store({ journal: noJournal, historyLength })

test('the order is by bytes of namespace and name', () => {
  const store = newStore()
  for (const key of ['b/x', 'a-b/x', 'a/y', 'a/x', 'a/x-y', 'a/x.y']) store.write('things', key, object(0))
  expect(store.list('things').map(({ key }) => key)).toEqual(['a-b/x', 'a/x', 'a/x-y', 'a/x.y', 'a/y', 'b/x'])
  expect(store.list('things', 'a/').map(({ key }) => key)).toEqual(['a/x', 'a/x-y', 'a/x.y', 'a/y'])
})

test('a change that could not be written down did not happen', () => {
  let full = false
  const journal: Journal = {
    ...noJournal,
    append() {
      if (full) throw new Error('no space left')
    },
  }
  const store = new Store({ journal, historyLength: 10 })
  store.write('things', 'a', object(1))
  full = true
  expect(() => store.write('things', 'a', object(2))).toThrow('no space left')
  expect(() => store.remove('things', 'a')).toThrow('no space left')
  expect([store.revision, store.get('things', 'a')?.['spec']]).toEqual([1, { value: 1 }])
})

test('what is forgotten is said, never guessed', () => {
  const store = newStore(2)
  for (let value = 1; value <= 5; value++) store.write('things', 'a', object(value))
  const oldest = store.changesSince('things', 0)
  expect(oldest).toHaveProperty('oldestRevision')
  const { oldestRevision } = oldest as { oldestRevision: number }
  expect(store.changesSince('things', oldestRevision)).toHaveLength(5 - oldestRevision)
  expect(store.listAt('things', '', oldestRevision - 1)).toHaveProperty('oldestRevision')
})

const step = record({ key: constantFrom('a/1', 'a/2', 'b/1'), value: option(nat(9)) })

test('every past version can be listed as it was', () => {
  assert(
    property(array(step, { maxLength: 30 }), (steps) => {
      const store = newStore()
      const past: (readonly Entry[])[] = [store.list('things')]
      for (const { key, value } of steps) {
        if (value === null) store.remove('things', key)
        else store.write('things', key, object(value))
        past[store.revision] = store.list('things')
      }
      for (const [revision, entries] of past.entries()) expect(store.listAt('things', '', revision)).toEqual(entries)
    }),
  )
})
